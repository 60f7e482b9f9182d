package caravana.worker.media;

import caravana.checks.TransformationEntry;
import caravana.job.FailureCode;
import caravana.media.Amounts;
import caravana.media.Refusal;
import caravana.media.Subtitles;
import caravana.transformation.AppliedTransformation;
import caravana.worker.exec.ToolCommand;
import caravana.worker.job.RunningJob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
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

    /** CPU time for one picture, which usually takes a tenth of a second. What takes longer does so on each worker. */
    private static final Duration DRAWING_LIMIT = Duration.ofSeconds(10);

    private static final String WEBVTT = "text/vtt";
    private static final String SVG = "image/svg+xml";

    /** Returns the assets to download. */
    public FetchedAssets begin(@ExchangeProperty("recipe") List<AppliedTransformation> transformations) {
        Map<String, String> users = new LinkedHashMap<>();
        transformations.forEach(each -> each.assets().values().forEach(id -> users.putIfAbsent(id, each.name())));
        return new FetchedAssets(users);
    }

    /**
     * Processes the rows of {@code find-assets.sql}.
     *
     * @throws RejectedMediaException {@code asset_missing} when the owner does not have all assets
     */
    public void found(@Body List<Map<String, Object>> rows, @ExchangeProperty("assets") FetchedAssets assets) {
        rows.forEach(row ->
                assets.add((String) row.get("id"), (String) row.get("name"), (String) row.get("media_type"), (String)
                        row.get("object_key")));
        String missing = assets.missing();
        if (missing != null) {
            throw new RejectedMediaException(new Refusal(
                    FailureCode.ASSET_MISSING.code(),
                    "The asset " + missing + ", which " + assets.userOf(missing)
                            + " needs, was deleted. Process the video again without it.",
                    Map.of("asset_id", missing, "transformation", assets.userOf(missing))));
        }
    }

    private static RejectedMediaException unreadable(FetchedAssets.File asset, FetchedAssets assets) {
        return new RejectedMediaException(new Refusal(
                FailureCode.ASSET_UNREADABLE.code(),
                "The asset " + asset.name() + " (" + asset.id() + "), which " + assets.userOf(asset.id())
                        + " needs, cannot be read. Upload its file again, or process the video again without it.",
                valuesOf(asset, assets)));
    }

    private static RejectedMediaException tooComplex(FetchedAssets.File asset, FetchedAssets assets) {
        Map<String, Object> values = new HashMap<>(valuesOf(asset, assets));
        values.put("limit_seconds", DRAWING_LIMIT.toMillis() / 1000.0);
        return new RejectedMediaException(new Refusal(
                FailureCode.ASSET_TOO_COMPLEX.code(),
                "The asset " + asset.name() + " (" + asset.id() + "), which " + assets.userOf(asset.id())
                        + " needs, cannot be drawn within " + Amounts.duration(DRAWING_LIMIT)
                        + " of processor time. Simplify it or send it as a PNG, or process the video again without it.",
                values));
    }

    private static Map<String, Object> valuesOf(FetchedAssets.File asset, FetchedAssets assets) {
        return Map.of("asset_id", asset.id(), "asset_name", asset.name(), "transformation", assets.userOf(asset.id()));
    }

    /**
     * Returns the run that decodes the next picture to a PNG.
     *
     * @throws RejectedMediaException from the run: {@code asset_unreadable} when it is not a picture, and {@code
     *     asset_too_complex} when it needs more than {@link #DRAWING_LIMIT}
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
                DRAWING_LIMIT,
                DRAWING_LIMIT,
                (status, errors) -> unreadable(picture, assets),
                () -> tooComplex(picture, assets));
    }

    /** Returns the file with the pixels of a picture. */
    static Path picture(Path folder, String id) {
        return folder.resolve(pictureName(id));
    }

    private static String pictureName(String id) {
        return "picture-" + id + ".png";
    }

    /**
     * Reads the subtitles of all assets, so that an unreadable one is rejected by its name.
     *
     * @throws RejectedMediaException {@code asset_unreadable} when a file has no subtitles
     */
    public void checkSubtitles(
            @ExchangeProperty("job") RunningJob job, @ExchangeProperty("assets") FetchedAssets assets) {
        for (FetchedAssets.File asset : assets.getFiles()) {
            if (TransformationEntry.TEXTS.contains(asset.mediaType())) {
                try {
                    read(job.getFolder().resolve(asset.fileName()), asset.mediaType());
                } catch (Subtitles.UnreadableException e) {
                    throw unreadable(asset, assets);
                }
            }
        }
    }

    /** Returns the subtitles of an asset, which were checked. */
    static Subtitles subtitles(Path folder, String id) {
        for (String type : TransformationEntry.TEXTS) {
            Path file = folder.resolve(FetchedAssets.fileName(id, type));
            if (Files.exists(file)) {
                try {
                    return read(file, type);
                } catch (Subtitles.UnreadableException e) {
                    throw new IllegalStateException("The asset " + id + " was checked, and cannot be read", e);
                }
            }
        }
        throw new IllegalStateException("The asset " + id + " is not in the job's folder");
    }

    private static Subtitles read(Path file, String type) throws Subtitles.UnreadableException {
        try {
            return Subtitles.read(Files.readAllBytes(file), type.equals(WEBVTT));
        } catch (IOException e) {
            throw new UncheckedIOException("The subtitles " + file.getFileName() + " cannot be read", e);
        }
    }
}
