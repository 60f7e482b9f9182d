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
 * A file of a result that is made and checked, as its row in {@code outputs} has it.
 *
 * @param name its own among those of the video
 * @param role what it is for
 * @param mediaType its media type
 * @param object what its object's key ends with; of renditions, what the keys of all their segments have in front, with a slash
 * @param file where it is; null for renditions, which are many
 * @param bytes its size
 * @param sha256 its digest, as 64 hexadecimal digits
 * @param width of the picture in pixels; null for none
 * @param height of the picture in pixels; null for none
 * @param seconds its length; null of a picture
 * @param bitRate bits per second; null of a picture
 * @param language as BCP 47 has it; null for none
 * @param checked what was compared, for people
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
     * Of a file as it is.
     *
     * @param width 0 for no picture
     * @param seconds 0 of a picture
     * @throws UncheckedIOException when it cannot be read
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
     * Of renditions, with all their segments.
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
