package caravana.worker.media;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * A finished and checked file of a result, as its row in {@code outputs} stores it.
 *
 * @param name of the file, unique among those of the video
 * @param role purpose of the file
 * @param mediaType media type of the file
 * @param object last part of its object's key; of renditions, the prefix of the keys of all segments, with a slash at the end
 * @param file path of the file; null for renditions, which are many files
 * @param bytes size
 * @param sha256 digest, as 64 hexadecimal digits
 * @param width width of the picture in pixels; null for none
 * @param height height of the picture in pixels; null for none
 * @param seconds length; null for a picture
 * @param bitRate bits per second; null for a picture
 * @param language language as a BCP 47 tag; null for none
 * @param checked the properties that were compared, for people
 */
@JsonNaming(SnakeCaseStrategy.class)
public record MadeOutput(
        String name,
        String role,
        String mediaType,
        String object,
        @JsonIgnore File file,
        long bytes,
        String sha256,
        Integer width,
        Integer height,
        Double seconds,
        Long bitRate,
        String language,
        String checked) {

    private static final double THOUSAND = 1000;

    /**
     * Describes a file.
     *
     * @param width in pixels; 0 for no picture
     * @param seconds length; 0 for a picture
     * @throws UncheckedIOException when the file cannot be read
     */
    static MadeOutput of(PlannedOutput planned, int width, int height, double seconds, String checked) {
        long bytes = planned.file().length();
        return new MadeOutput(
                planned.name(),
                planned.role(),
                planned.mediaType(),
                planned.name(),
                planned.file(),
                bytes,
                sha256(planned.file()),
                width > 0 ? width : null,
                height > 0 ? height : null,
                seconds > 0 ? Math.round(seconds * THOUSAND) / THOUSAND : null,
                seconds > 0 ? Math.round(bytes * Byte.SIZE / seconds) : null,
                planned.language(),
                checked);
    }

    /**
     * Describes renditions with all their segments.
     *
     * @param top the highest rendition
     * @param seconds length of the video
     */
    static MadeOutput of(PlannedOutput planned, MadeStream stream, MadeStream.Rendition top, double seconds) {
        return new MadeOutput(
                planned.name(),
                planned.role(),
                planned.mediaType(),
                stream.folder(),
                null,
                stream.bytes(),
                stream.sha256(),
                top.width(),
                top.height(),
                Math.round(seconds * THOUSAND) / THOUSAND,
                Math.round(stream.bytes() * Byte.SIZE / seconds),
                null,
                "codec, frames, segment boundaries");
    }

    private static String sha256(File file) {
        MessageDigest digest = OriginalDigest.sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file.toPath()), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException("The result " + file.getName() + " cannot be read", e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
