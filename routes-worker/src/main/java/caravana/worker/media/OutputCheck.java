package caravana.worker.media;

import caravana.checks.StepOnly;
import caravana.worker.exec.ToolCommand;
import caravana.worker.exec.ToolFailedException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Checks each additional file of a job, and describes all of them. {@link ResultCheck} checks the video. */
@Component("outputCheck")
public class OutputCheck {

    private static final Logger LOG = LoggerFactory.getLogger(OutputCheck.class);

    private static final String JPEG_CODEC = "mjpeg";
    private static final String WEBP_CODEC = "webp";

    private static final String MP4 = "video/mp4";

    /**
     * The tolerance of lengths in seconds, in addition to two frames: sound has blocks, and GIF has hundredths of a
     * second.
     */
    private static final double LENGTH_TOLERANCE = 0.15;

    /** The tolerance of sizes in pixels: they are rounded to even numbers, twice if one follows from the other. */
    private static final double SIZE_TOLERANCE = 2;

    private final ObjectMapper json;
    private final MediaProperties media;

    OutputCheck(ObjectMapper json, MediaProperties media) {
        this.json = json;
        this.media = media;
    }

    /**
     * Sorts the planned files: the main video, which was checked already; pictures, which are checked here; and files
     * that a tool must check.
     *
     * @param growing the renditions, some segments of which may be stored already; null for none
     * @throws OutputInvalidException when a required file is missing, or a picture is not one
     */
    @StepOnly
    public MadeOutputs begin(
            @ExchangeProperty("plan") TranscodePlan plan,
            @ExchangeProperty("result") SourceHeaders result,
            @ExchangeProperty("growing") GrowingStream growing) {
        Track video = result.videos().get(0);
        MadeOutput main = MadeOutput.of(
                plan.outputs().get(0),
                video.width(),
                video.height(),
                plan.result().secondsOf(video.frames()),
                ResultCheck.compared(plan.result()));
        MadeOutputs outputs = new MadeOutputs(main);
        for (PlannedOutput planned : plan.outputs().subList(1, plan.outputs().size())) {
            if (planned.expected().ladder() != null) {
                addRenditions(planned, video.frames(), growing, outputs);
            } else if (planned.expected().sheets() != null) {
                outputs.add(index(planned, outputs));
            } else if (planned.mediaType().equals(PlannedOutput.WEBVTT)) {
                outputs.add(MadeOutput.of(planned, 0, 0, 0, "written from the asset"));
            } else if (planned.file().length() == 0) {
                if (!planned.expected().optional() && !planned.expected().isBehind(main.seconds())) {
                    throw new OutputInvalidException("The result " + planned.name() + " was not made");
                }
            } else if (planned.mediaType().equals(PlannedOutput.JPEG)) {
                outputs.add(picture(planned, main));
            } else if (planned.mediaType().equals(PlannedOutput.WEBP)) {
                outputs.add(webp(planned, main));
            } else {
                addDescribed(planned, outputs);
            }
        }
        return outputs;
    }

    /** Adds a file. A tool must check it if it is not an ordinary MP4 file. */
    private static void addDescribed(PlannedOutput planned, MadeOutputs outputs) {
        SourceHeaders made;
        try {
            made = Mp4Headers.read(planned.file().toPath());
        } catch (IOException e) {
            LOG.debug("{} is probed: {}", planned.name(), e.getMessage());
            outputs.addUnchecked(planned);
            return;
        }
        add(planned, made, outputs);
    }

    private static void addRenditions(PlannedOutput planned, long frames, GrowingStream growing, MadeOutputs outputs) {
        try {
            if (growing != null) {
                growing.finish();
            }
            MadeStream stream = MadeStream.of(
                    planned.expected().ladder(), frames, name -> growing == null ? 0 : growing.listed(name));
            outputs.add(
                    MadeOutput.of(
                            planned, stream, stream.highest(), outputs.getMain().seconds()),
                    stream);
        } catch (IOException e) {
            throw unreadable(planned, e);
        }
    }

    /** Describes a picture. Its size is read here, because a tool would cost each job another process. */
    private static MadeOutput picture(PlannedOutput planned, MadeOutput main) {
        try (ImageInputStream in = new FileImageInputStream(planned.file())) {
            ImageReader reader =
                    ImageIO.getImageReadersByMIMEType(PlannedOutput.JPEG).next();
            try {
                reader.setInput(in);
                return made(planned, main, JPEG_CODEC, reader.getWidth(0), reader.getHeight(0), 0);
            } finally {
                reader.dispose();
            }
        } catch (IOException e) {
            throw unreadable(planned, e);
        }
    }

    private static MadeOutput webp(PlannedOutput planned, MadeOutput main) {
        try {
            WebpFile webp = WebpFile.read(planned.file().toPath());
            return made(planned, main, WEBP_CODEC, webp.width(), webp.height(), webp.seconds());
        } catch (IOException e) {
            throw unreadable(planned, e);
        }
    }

    private static OutputInvalidException unreadable(PlannedOutput planned, IOException e) {
        return new OutputInvalidException("The result " + planned.name() + " cannot be read: " + e.getMessage());
    }

    /** Writes the index of the frames in the sheets, which were made before. */
    private static MadeOutput index(PlannedOutput planned, MadeOutputs outputs) {
        SpriteSheets sheets = planned.expected().sheets();
        MadeOutput first = outputs.getFiles().stream()
                .filter(file -> file.name().equals(sheets.names().get(0)))
                .findFirst()
                .orElseThrow();
        double seconds = outputs.getMain().seconds();
        try {
            Files.writeString(planned.file().toPath(), sheets.index(seconds, first.width(), first.height()));
        } catch (IOException e) {
            throw new UncheckedIOException("The result " + planned.name() + " cannot be written", e);
        }
        return MadeOutput.of(planned, 0, 0, 0, "written from the sheets");
    }

    /** Returns the command that describes the next file as JSON. */
    public ToolCommand plan(@ExchangeProperty("outputs") MadeOutputs outputs) {
        return description(outputs.nextUnchecked().file(), media);
    }

    /** Returns the command that describes a result as JSON. */
    static ToolCommand description(File file, MediaProperties media) {
        return new ToolCommand(
                List.of(
                        "-v",
                        "error",
                        "-protocol_whitelist",
                        "file",
                        "-show_entries",
                        SourceHeaders.ENTRIES,
                        "-of",
                        "json",
                        "file:" + file),
                ToolCommand.Output.DOCUMENT,
                media.probeLimit(),
                media.probeLimit(),
                (status, errors) -> new OutputInvalidException("The result " + file.getName() + " cannot be read"),
                null);
    }

    /**
     * Parses ffprobe's description of the file, and checks it.
     *
     * @throws OutputInvalidException when the file is not as planned
     * @throws ToolFailedException when the answer is not ffprobe's JSON
     */
    public void read(@ExchangeProperty("tool_output") String answer, @ExchangeProperty("outputs") MadeOutputs outputs) {
        PlannedOutput planned = outputs.nextUnchecked();
        add(planned, SourceHeaders.read(FfprobeAnswer.read(json, answer), List.of()), outputs);
        outputs.takeUnchecked();
    }

    private static void add(PlannedOutput planned, SourceHeaders made, MadeOutputs outputs) {
        if (!made.tracks().isEmpty()) {
            Track first = made.tracks().get(0);
            if (planned.mediaType().equals(MP4) && !first.colour().equals(ResultCheck.COLOUR)) {
                throw new OutputInvalidException("The result " + planned.name() + " is not as planned: colours "
                        + first.colour() + " instead of " + ResultCheck.COLOUR);
            }
            outputs.add(
                    made(planned, outputs.getMain(), first.codec(), first.width(), first.height(), made.duration()));
        } else if (!planned.expected().optional()) {
            throw new OutputInvalidException("The result " + planned.name() + " has no tracks");
        }
    }

    private static MadeOutput made(
            PlannedOutput planned, MadeOutput main, String codec, int width, int height, double seconds) {
        PlannedOutput.Expected expected = planned.expected();
        List<String> wrong = new ArrayList<>();
        List<String> compared = new ArrayList<>(List.of("codec"));
        if (planned.mediaType().equals(MP4)) {
            compared.add("colours");
        }
        ResultCheck.require(wrong, expected.codec(), codec);
        if (expected.width() + expected.height() > 0) {
            compared.add("size");
            double factor = Math.min(
                    expected.scale(),
                    Math.min(
                            expected.width() > 0 ? expected.width() / main.width() : Double.POSITIVE_INFINITY,
                            expected.height() > 0 ? expected.height() / main.height() : Double.POSITIVE_INFINITY));
            // The limited side is made even first, and the other one is calculated from it.
            double side = (expected.height() > 0 ? main.height() : main.width()) * factor;
            double even = Math.floor(side / 2 + 1e-6) * 2 / side;
            double wide = Math.max(expected.least(), main.width() * factor * even);
            double high = Math.max(expected.least(), main.height() * factor * even);
            if (Math.abs(width - wide) > SIZE_TOLERANCE || Math.abs(height - high) > SIZE_TOLERANCE) {
                wrong.add(width + "×" + height + " instead of " + Math.round(wide) + "×" + Math.round(high));
            }
        }
        double length = expected.seconds() > 0 ? expected.seconds(main.seconds()) : 0;
        // A WebP file stores identical frames as one picture, which has no length.
        boolean still = codec.equals(WEBP_CODEC) && seconds == 0;
        if (length > 0 && !still) {
            compared.add("length");
            // Sound may end before the picture.
            boolean tooShort = width > 0 ? seconds < length - LENGTH_TOLERANCE : seconds <= 0;
            if (tooShort || seconds > length + LENGTH_TOLERANCE) {
                wrong.add(String.format(Locale.ROOT, "%.2f s instead of %.2f s", seconds, length));
            }
        }
        if (!wrong.isEmpty()) {
            throw new OutputInvalidException(
                    "The result " + planned.name() + " is not as planned: " + String.join("; ", wrong));
        }
        return MadeOutput.of(planned, width, height, seconds, String.join(", ", compared));
    }
}
