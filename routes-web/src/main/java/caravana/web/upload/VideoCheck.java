package caravana.web.upload;

import caravana.web.http.MediaTypes;
import caravana.web.http.Problem;
import java.util.Locale;
import java.util.Set;
import org.springframework.http.MediaType;
import org.springframework.http.MediaTypeFactory;

/**
 * Refuses at once what is certainly not a video: by its declared media type, by the type that its file name implies, or
 * by its first bytes. One of them is enough. The worker's ffprobe decides about all others.
 */
final class VideoCheck {

    /** Refused media types outside of the refused families. None of these types contains a video. */
    private static final Set<String> NO_VIDEOS = Set.of(
            "application/epub+zip",
            "application/gzip",
            "application/java-archive",
            "application/javascript",
            "application/json",
            "application/msword",
            "application/pdf",
            "application/postscript",
            "application/rtf",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            "application/vnd.rar",
            "application/x-7z-compressed",
            "application/x-bzip2",
            "application/x-gzip",
            "application/x-msdownload",
            "application/x-rar-compressed",
            "application/x-sh",
            "application/x-tar",
            "application/x-xz",
            "application/x-zip-compressed",
            "application/xml",
            "application/zip");

    /** Media types and names that may contain a picture, although their family is refused. */
    private static final Set<String> MAYBE_VIDEOS =
            Set.of("audio/3gpp", "audio/3gpp2", "audio/mp4", "audio/ogg", "audio/webm");

    /** Extensions of refused types that Spring's list of media types lacks. */
    private static final Set<String> NO_VIDEO_EXTENSIONS = Set.of("apng", "gz", "heic", "heif", "jxl", "md");

    private VideoCheck() {}

    /**
     * @param type the declared media type, with or without parameters; null for none
     * @throws Problem 415 {@code not_a_video}
     */
    static void checkType(String type) {
        String essence = MediaTypes.essence(type);
        if (isNoVideo(essence)) {
            throw notAVideo("The media type " + essence
                    + " is not that of a video. Send a video, with a media type such as video/mp4 or with "
                    + "application/octet-stream.");
        }
    }

    /**
     * @param name null for none
     * @throws Problem 415 {@code not_a_video}
     */
    static void checkName(String name) {
        if (name == null) {
            return;
        }
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        String type =
                MediaTypeFactory.getMediaType(name).map(MediaType::toString).orElse("");
        if (isNoVideo(type) || NO_VIDEO_EXTENSIONS.contains(extension)) {
            throw notAVideo("Videos do not have file names that end in ." + extension + ". Send a video.");
        }
    }

    /**
     * @param first the file's first bytes, {@link Signatures#BYTES} of them if the file has so many
     * @throws Problem 415 {@code not_a_video}
     */
    static void checkContent(byte[] first) {
        Signatures.otherThanVideo(first).ifPresent(kind -> {
            throw notAVideo("The first bytes show that the file is " + kind + ". Send a video.");
        });
    }

    private static boolean isNoVideo(String type) {
        return type.startsWith("image/") && !type.equals("image/gif")
                // Debian's list of media types has text/vnd.trolltech.linguist for the .ts of MPEG transport streams.
                || type.startsWith("text/") && !type.startsWith("text/vnd.")
                || type.startsWith("audio/") && !MAYBE_VIDEOS.contains(type)
                || type.startsWith("font/")
                || type.startsWith("message/")
                || type.startsWith("model/")
                || type.endsWith("+json")
                || type.endsWith("+xml")
                || type.startsWith("application/vnd.openxmlformats-officedocument.")
                || type.startsWith("application/vnd.oasis.opendocument.")
                || NO_VIDEOS.contains(type);
    }

    private static Problem notAVideo(String detail) {
        return new Problem(415, "not_a_video", detail);
    }
}
