package caravana.worker.exec;

import java.nio.charset.StandardCharsets;

/** Keeps the last bytes of a stream. */
final class ByteTail {

    private final byte[] ring;
    private long total;

    /** @param capacity how many bytes are kept */
    ByteTail(int capacity) {
        ring = new byte[capacity];
    }

    synchronized void add(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            ring[(int) (total++ % ring.length)] = bytes[i];
        }
    }

    /** What is kept, as UTF-8; a character cut at its front is replaced. */
    synchronized String text() {
        int kept = (int) Math.min(total, ring.length);
        byte[] out = new byte[kept];
        for (int i = 0; i < kept; i++) {
            out[i] = ring[(int) ((total - kept + i) % ring.length)];
        }
        return new String(out, StandardCharsets.UTF_8).strip();
    }
}
