package caravana.worker.exec;

import java.nio.charset.StandardCharsets;

/** Keeps the last bytes of a stream. */
final class ByteTail {

    private final byte[] ring;
    private long total;

    /** @param capacity the most bytes that are kept */
    ByteTail(int capacity) {
        ring = new byte[capacity];
    }

    synchronized void add(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            ring[(int) (total++ % ring.length)] = bytes[i];
        }
    }

    /** Returns the kept bytes as UTF-8. A character whose first bytes were dropped becomes a replacement character. */
    synchronized String text() {
        int kept = (int) Math.min(total, ring.length);
        byte[] out = new byte[kept];
        for (int i = 0; i < kept; i++) {
            out[i] = ring[(int) ((total - kept + i) % ring.length)];
        }
        return new String(out, StandardCharsets.UTF_8).strip();
    }
}
