package caravana.web.upload;

import caravana.web.http.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One request's part of an upload in pieces: the state of the upload, and the bytes that have arrived and are not part
 * of it yet. Routes use its properties as parameters of statements and in conditions.
 *
 * <p>When the request fails, usually because of its client, the failure is kept until the bytes before it are stored.
 */
public final class IncomingUpload {

    /** So many parts are of S3's smallest size, which makes 10 GB; larger originals need larger parts: S3 takes 10,000. */
    private static final int SMALL_PARTS = 2_000;

    private static final int LARGER_PART = 8 * 1024 * 1024;

    /** The status of a client that sends too slowly. What it has sent is good. */
    private static final int SLOW = 408;

    private final String videoId;
    private final String originalKey;
    private final String token;
    private final UploadChecksum checksum;
    private final boolean last;
    private final PartBuffer buffer = new PartBuffer();

    /** Parts that S3 has and the row does not list yet. */
    private final List<PartStore.Part> parts = new ArrayList<>();

    /** The file's length; null as long as it is not known. */
    private Long bytes;

    /** Whether the row does not know the length yet. */
    private boolean lengthFound;

    private long received;
    private int part;
    private String multipartId;
    private String tailKey;
    private final int tailBytes;
    private String newTailKey;

    /** Where in the file the buffer begins. */
    private long start;

    private boolean tailRead;
    private boolean ended;
    private boolean refused;
    private Exception failure;

    /**
     * @param row of the upload, as {@code take-upload.sql} returns it
     * @param token by which this request may write
     * @param checksum of the request's body; null when the client sent none
     * @param last whether the file ends where the request's body does
     */
    IncomingUpload(Map<?, ?> row, String token, UploadChecksum checksum, boolean last) {
        this.videoId = (String) row.get("video_id");
        this.originalKey = (String) row.get("original_key");
        this.bytes = (Long) row.get("bytes");
        this.received = (Long) row.get("received_bytes");
        this.part = (Integer) row.get("part");
        this.tailKey = (String) row.get("tail_key");
        this.tailBytes = (Integer) row.get("tail_bytes");
        this.token = token;
        this.checksum = checksum;
        this.last = last;
        this.start = received - tailBytes;
    }

    /**
     * Reads on: until a part is full, all of the file has arrived, or the request's body ends.
     *
     * @param body the request's
     * @param store has the tail of the request before
     * @param objects knows how large a file may be
     * @throws IOException when the tail cannot be read
     */
    void fill(InputStream body, PartStore store, ObjectWriter objects) throws IOException {
        if (!tailRead && tailKey != null) {
            store.getTail(tailKey, tailBytes, buffer);
        }
        tailRead = true;
        long most = bytes == null ? objects.maxBytes() : bytes;
        long upTo = Math.min(partBytes(), most - start);
        try {
            ended = buffer.fill(body, Math.min(upTo, Signatures.BYTES), checksum == null ? null : checksum.digest());
            checkFirst(most);
            ended = ended || buffer.fill(body, upTo, checksum == null ? null : checksum.digest());
            if (!ended && start + buffer.length() == most) {
                checkNoMore(body, objects);
                ended = true;
            }
            if (ended && checksum != null) {
                checksum.check();
            }
            if (ended && last && bytes == null) {
                refused = getArrived() == 0;
                UploadRules.checkNotEmpty(getArrived());
                bytes = getArrived();
                lengthFound = true;
            }
        } catch (Problem problem) {
            fail(problem, problem.getStatus() != SLOW);
        } catch (IOException gone) {
            fail(gone, false);
        }
    }

    private int partBytes() {
        return part < SMALL_PARTS ? PartBuffer.SMALLEST_PART : LARGER_PART;
    }

    /** @throws Problem 415 {@code not_a_video} */
    private void checkFirst(long most) {
        boolean enough = buffer.length() >= Signatures.BYTES || buffer.length() == most;
        if (start == 0 && enough) {
            try {
                VideoCheck.checkContent(buffer.first(Signatures.BYTES));
            } catch (Problem notAVideo) {
                refused = true;
                throw notAVideo;
            }
        }
    }

    /** @throws Problem 413 when the request continues behind the file's end */
    private void checkNoMore(InputStream body, ObjectWriter objects) throws IOException {
        int more;
        try {
            more = body.read();
        } catch (IOException gone) {
            // All of the file is there.
            return;
        }
        if (more < 0) {
            return;
        }
        if (bytes != null) {
            throw longer(bytes);
        }
        refused = true;
        objects.checkArrived(getArrived() + 1);
    }

    /** 413 {@code longer_than_announced}. */
    static Problem longer(long announced) {
        return new Problem(
                413,
                "longer_than_announced",
                "The request has more bytes than the " + announced
                        + " that Upload-Length announced. Send only the bytes from Upload-Offset to that length.");
    }

    private void fail(Exception why, boolean nothingCounts) {
        failure = why;
        ended = true;
        // With a checksum, a request counts as a whole or not at all.
        if (nothingCounts || checksum != null) {
            parts.clear();
            start = received;
            buffer.clear();
        }
    }

    /** A part number was given out for what the buffer holds, and the row names the multipart upload. */
    void reserved(int number, String multipart) {
        part = number;
        multipartId = multipart;
    }

    /** S3 has what the buffer held, as a part, or as the whole file. */
    void stored(PartStore.Part sent) {
        if (sent != null) {
            parts.add(sent);
        }
        start += buffer.length();
        buffer.clear();
    }

    /** S3 has what the buffer holds, as a tail. */
    void storedTail(String key) {
        newTailKey = key;
    }

    /**
     * Records that the row has all bytes that have arrived.
     *
     * @return the tail that is of no use any more; null for none
     */
    String committed() {
        String old = tailKey;
        received = getArrived();
        lengthFound = false;
        parts.clear();
        tailKey = newTailKey;
        newTailKey = null;
        return old;
    }

    PartBuffer buffer() {
        return buffer;
    }

    /** The file's length; null as long as it is not known. */
    public Long getBytes() {
        return bytes;
    }

    public String getVideoId() {
        return videoId;
    }

    public String getOriginalKey() {
        return originalKey;
    }

    public String getToken() {
        return token;
    }

    /** Parts that the row does not list yet, as {@code parts}. */
    public Map<String, List<PartStore.Part>> getUnlisted() {
        return Map.of("parts", parts);
    }

    /** The number of the part to be sent. */
    public int getPart() {
        return part;
    }

    /** The multipart upload's id in S3; null while there is none. */
    public String getMultipartId() {
        return multipartId;
    }

    /** Whether what the buffer holds must go to a multipart upload, and there is none. */
    public boolean isMultipartMissing() {
        return multipartId == null && !isWhole();
    }

    /** How much of the file the row counts. */
    public long getReceived() {
        return received;
    }

    /** How much of the file has arrived, and is stored or held. */
    public long getArrived() {
        return start + buffer.length();
    }

    /** The tail that the row is to name; null for none. */
    public String getNewTailKey() {
        return newTailKey;
    }

    /** How much the buffer holds. */
    public int getHeld() {
        return buffer.length();
    }

    /** Whether there is more to be read. */
    public boolean isOpen() {
        return !ended;
    }

    private boolean isAllHere() {
        return bytes != null && getArrived() == bytes;
    }

    /** Whether the buffer holds a part: a full one, or the last one. */
    public boolean isPartReady() {
        return failure == null && buffer.length() > 0 && (buffer.length() == partBytes() || isAllHere());
    }

    /** Whether the buffer holds the whole file. */
    public boolean isWhole() {
        return start == 0 && isAllHere();
    }

    /** Whether what is stored can be counted before the request ends. */
    public boolean isCountedAtOnce() {
        return checksum == null;
    }

    /** Whether something has arrived, or is known now, that the row does not name yet. */
    public boolean isUncounted() {
        return getArrived() > received || lengthFound;
    }

    /** Whether this upload can never become a video: it is another kind of file, or too large. */
    public boolean isRefused() {
        return refused;
    }

    /** What ended the request early; null when nothing did. */
    Exception failure() {
        return failure;
    }
}
