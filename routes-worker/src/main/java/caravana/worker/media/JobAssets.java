package caravana.worker.media;

import caravana.checks.TransformationEntry;
import caravana.job.FailureCode;
import caravana.media.Subtitles;
import caravana.transformation.AppliedTransformation;
import caravana.worker.exec.ToolCommand;
import caravana.worker.job.RunningJob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** Downloads the assets of a job to its folder: subtitles unchanged, and pictures as raw pixels. */
@Component("jobAssets")
public class JobAssets {

    /** The width in pixels at which an SVG is drawn, so that it is sharp in large pictures too. */
    private static final int DRAWN_WIDTH = 1024;

    private static final String WEBVTT = "text/vtt";
    private static final String SVG = "image/svg+xml";

    private final MediaProperties media;

    JobAssets(MediaProperties media) {
        this.media = media;
    }

    /** Returns the assets to download. */
    public FetchedAssets begin(@ExchangeProperty("recipe") List<AppliedTransformation> transformations) {
        return new FetchedAssets(transformations.stream()
                .flatMap(each -> each.assets().values().stream())
                .distinct()
                .toList());
    }

    /**
     * Processes the rows of {@code find-assets.sql}.
     *
     * @throws RejectedMediaException {@code asset_missing} when the owner does not have all assets
     */
    public void found(@Body List<Map<String, Object>> rows, @ExchangeProperty("assets") FetchedAssets assets) {
        if (rows.size() < assets.getIds().size()) {
            throw rejected(FailureCode.ASSET_MISSING);
        }
        rows.forEach(row ->
                assets.add((String) row.get("id"), (String) row.get("media_type"), (String) row.get("object_key")));
    }

    private static RejectedMediaException rejected(FailureCode code) {
        return new RejectedMediaException(code.code(), code.sentence());
    }

    /**
     * Returns the run that decodes the next picture to a PNG.
     *
     * @throws RejectedMediaException from the run, {@code asset_unreadable}, when it is not a picture
     */
    public ToolCommand planPicture(
            @ExchangeProperty("job") RunningJob job, @ExchangeProperty("assets") FetchedAssets assets) {
        FetchedAssets.File picture = assets.takePicture();
        List<String> decoder = picture.mediaType().equals(SVG)
                ? List.of("-f", "svg_pipe", "-width", String.valueOf(DRAWN_WIDTH))
                : List.of("-f", "png_pipe");
        List<String> line = new ArrayList<>(List.of(
                "-nostdin", "-hide_banner", "-nostats", "-v", "error", "-xerror", "-protocol_whitelist", "file"));
        line.addAll(decoder);
        line.addAll(List.of("-i", "file:" + job.getFolder().resolve(picture.fileName())));
        line.addAll(List.of("-frames:v", "1", "-pix_fmt", "rgba", "-c:v", "png", "-f", "image2", "-update", "1", "-y"));
        line.add("file:" + job.getFolder().resolve(pictureName(picture.id())));
        return new ToolCommand(
                line,
                ToolCommand.Output.DOCUMENT,
                media.probeLimit(),
                media.probeLimit(),
                (status, errors) -> rejected(FailureCode.ASSET_UNREADABLE),
                null);
    }

    /** Returns the file with the pixels of a picture. */
    static Path picture(Path folder, String id) {
        return folder.resolve(pictureName(id));
    }

    private static String pictureName(String id) {
        return "picture-" + id + ".png";
    }

    /**
     * Reads the subtitles of an asset.
     *
     * @throws RejectedMediaException {@code asset_unreadable} when the file has no subtitles
     */
    static Subtitles subtitles(Path folder, String id) {
        for (String type : TransformationEntry.TEXTS) {
            Path file = folder.resolve(FetchedAssets.fileName(id, type));
            if (Files.exists(file)) {
                try {
                    return Subtitles.read(Files.readAllBytes(file), type.equals(WEBVTT));
                } catch (IOException e) {
                    throw new UncheckedIOException("The asset " + id + " cannot be read", e);
                } catch (Subtitles.UnreadableException e) {
                    throw rejected(FailureCode.ASSET_UNREADABLE);
                }
            }
        }
        throw new IllegalStateException("The asset " + id + " is not in the job's folder");
    }
}
