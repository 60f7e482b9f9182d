package caravana.worker.media;

import caravana.worker.job.WorkFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import org.springframework.stereotype.Component;

/**
 * The deployment's files for transformations: the logo, and the texts of the cards. The texts are files, so that
 * nothing in them can be read as filter syntax.
 */
@Component
public class MediaAssets {

    private static final String FOLDER = ".assets";

    private final MediaProperties media;

    /** @throws UncheckedIOException when the files cannot be written to the work folder, or there is no logo */
    MediaAssets(WorkFolder workFolder, MediaProperties media) {
        this.media = media;
        try {
            Path folder = Files.createDirectories(workFolder.path().resolve(FOLDER));
            try (InputStream logo = media.logo().getInputStream()) {
                Files.copy(logo, folder.resolve("logo.png"), StandardCopyOption.REPLACE_EXISTING);
            }
            Files.writeString(folder.resolve("opening.txt"), media.cards().openingText());
            Files.writeString(folder.resolve("closing.txt"), media.cards().closingText());
        } catch (IOException e) {
            throw new UncheckedIOException("The logo and the cards' texts cannot be put into the work folder", e);
        }
    }

    /** Returns the path of an input that a transformation names, for a tool that runs in a job's folder. */
    String input(String name) {
        return relative(name + ".png");
    }

    /** Returns the values that a filter may name in braces, in addition to inputs; the frame rate is one of them. */
    Map<String, String> filterValues(FrameRate rate) {
        MediaProperties.Cards cards = media.cards();
        return Map.of(
                "background", colour(cards.background()),
                "colour", colour(cards.colour()),
                "opening_frames", String.valueOf(frames(cards.openingFor(), rate)),
                "closing_frames", String.valueOf(frames(cards.closingFor(), rate)),
                "opening_text", relative("opening.txt"),
                "closing_text", relative("closing.txt"));
    }

    /** Returns the number of frames of a setting that the catalogue names in {@code sets: adds}. */
    long frames(String setting, FrameRate rate) {
        if (!setting.equals("cards")) {
            throw new IllegalStateException("A transformation adds the seconds of '" + setting + "'; there is cards");
        }
        return frames(media.cards().openingFor(), rate) + frames(media.cards().closingFor(), rate);
    }

    /** Returns how many of these frames come before the footage. */
    long openingFrames(String setting, FrameRate rate) {
        return setting.equals("cards") ? frames(media.cards().openingFor(), rate) : 0;
    }

    /** Returns the number of frames that begin within a length. */
    private static long frames(Duration length, FrameRate rate) {
        return (long) Math.ceil(length.toMillis() / 1000.0 * rate.perSecond() - 1e-6);
    }

    private static String relative(String file) {
        return "../" + FOLDER + "/" + file;
    }

    private static String colour(String hash) {
        return "0x" + hash.substring(1);
    }
}
