package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputCheckTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SourceHeaders RESULT = SourceHeaders.read(
            FfprobeAnswer.read(
                    JSON,
                    "{\"streams\": [{\"codec_type\": \"video\", \"codec_name\": \"h264\", \"width\": 1920,"
                            + " \"height\": 1080, \"nb_frames\": \"300\"}]}"),
            List.of());
    private static final PlannedResult PLANNED = new PlannedResult(
            300,
            0,
            new FrameRate(30, 1),
            false,
            false,
            false,
            true,
            null,
            null,
            0,
            Double.POSITIVE_INFINITY,
            false,
            Double.NaN,
            2);

    @TempDir
    Path folder;

    private final OutputCheck check = new OutputCheck(JSON, MediaSettings.DEFAULTS);

    @BeforeEach
    void writeVideo() throws IOException {
        Files.writeString(folder.resolve("video.mp4"), "abc");
    }

    private static final String TAGGED = ", \"color_range\": \"tv\", \"color_space\": \"bt709\","
            + " \"color_transfer\": \"bt709\", \"color_primaries\": \"bt709\"";

    private PlannedOutput planned(String name, String type, boolean optional) {
        return new PlannedOutput(
                name,
                "poster",
                type,
                folder.resolve(name).toFile(),
                null,
                PlannedOutput.Expected.picture("mjpeg", optional));
    }

    private MadeOutputs begin(PlannedOutput... others) {
        List<PlannedOutput> all = new ArrayList<>(
                List.of(PlannedOutput.main(folder.resolve("video.mp4").toFile())));
        all.addAll(List.of(others));
        return check.begin(new TranscodePlan(null, null, PLANNED, all, List.of()), RESULT, null);
    }

    @Test
    void theMainVideoComesFirstWithItsDigest() {
        assertThat(begin().getMain())
                .returns("video.mp4", MadeOutput::name)
                .returns(3L, MadeOutput::bytes)
                .returns(1920, MadeOutput::width)
                .returns("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", MadeOutput::sha256);
    }

    @Test
    void thereMayBeNoPosterAndOtherFilesThereMustBe() {
        assertThat(begin(planned("poster.jpg", "image/jpeg", true)).getFiles()).hasSize(1);
        assertThatThrownBy(() -> begin(planned("sheet.jpg", "image/jpeg", false)))
                .isInstanceOf(OutputInvalidException.class)
                .hasMessage("The result sheet.jpg was not made");
    }

    @Test
    void aPictureHasItsSize() throws Exception {
        ImageIO.write(
                new BufferedImage(64, 36, BufferedImage.TYPE_INT_RGB),
                "jpg",
                folder.resolve("poster.jpg").toFile());

        assertThat(begin(planned("poster.jpg", "image/jpeg", true)).getPoster())
                .returns(64, MadeOutput::width)
                .returns(36, MadeOutput::height)
                .returns(null, MadeOutput::seconds);

        Files.writeString(folder.resolve("poster.jpg"), "no picture");
        assertThatThrownBy(() -> begin(planned("poster.jpg", "image/jpeg", true)))
                .isInstanceOf(OutputInvalidException.class)
                .hasMessageStartingWith("The result poster.jpg cannot be read: ");
    }

    @Test
    void anyOtherFileIsDescribedByATool() throws Exception {
        Files.writeString(folder.resolve("small.mp4"), "abcd");
        MadeOutputs outputs = begin(planned("small.mp4", "video/mp4", false));
        assertThat(outputs.isUnchecked()).isTrue();
        assertThat(check.plan(outputs).arguments()).last().isEqualTo("file:" + folder.resolve("small.mp4"));

        assertThatThrownBy(() -> check.read("{\"streams\": [{\"codec_name\": \"h264\"" + TAGGED + "}]}", outputs))
                .isInstanceOf(OutputInvalidException.class)
                .hasMessage("The result small.mp4 is not as planned: h264 instead of mjpeg");
        assertThatThrownBy(() -> check.read("{\"streams\": []}", outputs)).isInstanceOf(OutputInvalidException.class);

        String made = "{\"streams\": [{\"codec_name\": \"mjpeg\", \"width\": 5" + TAGGED
                + "}], \"format\": {\"duration\": \"2\"}}";
        assertThatThrownBy(() -> check.read(made.replace("\"tv\"", "\"pc\""), outputs))
                .isInstanceOf(OutputInvalidException.class)
                .hasMessage("The result small.mp4 is not as planned: colours pc/bt709/bt709/bt709 instead of"
                        + " tv/bt709/bt709/bt709");

        check.read(made, outputs);
        assertThat(outputs.isUnchecked()).isFalse();
        assertThat(outputs.getFiles().get(1))
                .returns(5, MadeOutput::width)
                .returns(2.0, MadeOutput::seconds)
                .returns(16L, MadeOutput::bitRate);
    }
}
