package caravana.web.upload;

import caravana.web.http.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The part of an upload in pieces that one request handles: the state of the upload, and bytes that have arrived and
 * are not stored yet. Routes use its properties as parameters of statements and in conditions.
 *
 * <p>When reading the request fails, usually because the client has disconnected, the failure is thrown only after the
 * bytes before it are stored.
 */
public final class IncomingUpload {

    /**
     * The number of parts that have S3's smallest size, 10 GB in total. Later parts are larger, because S3 accepts only
     * 10,000.
     */
    private static final int SMALL_PARTS = 2_000;

    private static final int LARGER_PART = 8 * 1024 * 1024;

    /** The status for a client that sends too slowly. The bytes that it has sent are kept. */
    private static final int SLOW = 408;

    private final String videoId;
    private final String originalKey;
    private final String token;
    private final UploadChecksum checksum;
    private final boolean last;
    private final PartBuffer buffer = new PartBuffer();

    /** Parts that S3 has and the row does not list yet. */
    private final List<PartStore.Part> parts = new ArrayList<>();

    /** The file's length in bytes; null while it is unknown. */
    private Long bytes;

    /** Whether this request announced a length that the row does not have yet. */
    private boolean lengthFound;

    private long received;
    private int part;
    private String multipartId;
    private String tailKey;
    private final int tailBytes;
    private String newTailKey;

    /** The offset in the file at which the buffer begins. */
    private long start;

    private boolean tailRead;
    private boolean ended;
    private boolean refused;
    private Exception failure;

    /**
     * @param row of the upload, as {@code take-upload.sql} returns it
     * @param token that permits this request to write
     * @param checksum of the request's body; null when the client sent none
     * @param last whether the file ends with the request's body
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
     * Reads until a part is full, the whole file has arrived, or the request's body ends.
     *
     * @param body of the request
     * @param store has the tail of the previous request
     * @param objects knows the largest size of a file
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

    /** @throws Problem 413 when the request's body is longer than the file */
    private void checkNoMore(InputStream body, ObjectWriter objects) throws IOException {
        int more;
        try {
            more = body.read();
        } catch (IOException gone) {
            // The whole file has arrived.
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

    /** Returns 413 {@code longer_than_announced}. */
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
        // A request with a checksum is stored completely or not at all.
        if (nothingCounts || checksum != null) {
            parts.clear();
            start = received;
            buffer.clear();
        }
    }

    /** Notes the part number that the row has reserved for the buffer, and the multipart upload in the row. */
    void reserved(int number, String multipart) {
        part = number;
        multipartId = multipart;
    }

    /** Notes that S3 has stored the buffer, as a part or as the whole file. */
    void stored(PartStore.Part sent) {
        if (sent != null) {
            parts.add(sent);
        }
        start += buffer.length();
        buffer.clear();
    }

    /** Notes that S3 has stored the buffer as a tail. */
    void storedTail(String key) {
        newTailKey = key;
    }

    /**
     * Notes that the row names all stored bytes.
     *
     * @return the key of the previous tail, which is no longer needed; null for none
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

    /** Returns the file's length in bytes; null while it is unknown. */
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

    /** Returns the parts that the row does not list yet, as {@code parts}. */
    public Map<String, List<PartStore.Part>> getUnlisted() {
        return Map.of("parts", parts);
    }

    /** Returns the number of the part to send. */
    public int getPart() {
        return part;
    }

    /** Returns the multipart upload's id in S3; null while there is none. */
    public String getMultipartId() {
        return multipartId;
    }

    /** Returns whether the buffer must be sent as a part, and there is no multipart upload yet. */
    public boolean isMultipartMissing() {
        return multipartId == null && !isWhole();
    }

    /** Returns the bytes of the file that the row counts. */
    public long getReceived() {
        return received;
    }

    /** Returns the bytes of the file that have arrived, whether they are stored or in the buffer. */
    public long getArrived() {
        return start + buffer.length();
    }

    /** Returns the key of the tail that the row must name; null for none. */
    public String getNewTailKey() {
        return newTailKey;
    }

    /** Returns the bytes in the buffer. */
    public int getHeld() {
        return buffer.length();
    }

    /** Returns whether the request has more bytes to read. */
    public boolean isOpen() {
        return !ended;
    }

    private boolean isAllHere() {
        return bytes != null && getArrived() == bytes;
    }

    /** Returns whether the buffer holds a complete part: a full one, or the last one. */
    public boolean isPartReady() {
        return failure == null && buffer.length() > 0 && (buffer.length() == partBytes() || isAllHere());
    }

    /** Returns whether the buffer holds the whole file. */
    public boolean isWhole() {
        return start == 0 && isAllHere();
    }

    /** Returns whether the row may count stored bytes before the request ends. */
    public boolean isCountedAtOnce() {
        return checksum == null;
    }

    /** Returns whether there are bytes or a length that the row does not have yet. */
    public boolean isUncounted() {
        return getArrived() > received || lengthFound;
    }

    /** Returns whether this upload can never become a video, because it is another kind of file or too large. */
    public boolean isRefused() {
        return refused;
    }

    /** Returns the failure that ended the request early; null for none. */
    Exception failure() {
        return failure;
    }
}
