package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.test.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Colours of any source come out as they are, in the clip and in the poster. */
class MediaColoursTest {

    /** Four patches side by side, RGB. */
    private static final int[][] PATCHES = {{230, 20, 30}, {20, 192, 40}, {32, 64, 224}, {192, 128, 96}};

    /** Of 255, by which a colour may differ in a clip; a poster is a JPEG of a clip's frame. */
    private static final int TOLERANCE = 4;

    private static final int TOLERANCE_OF_POSTER = 7;

    /** How many of them the normal run takes. */
    private static final int SAMPLE = 5;

    private static final String X264 = " -c:v libx264 -preset ultrafast -qp 4 ";
    private static final String VP9 = " -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -crf 10 -b:v 0 ";
    private static final String FROM_SRGB =
            "format=gbrp16,setparams=color_primaries=bt709:color_trc=bt709:colorspace=gbr:range=pc,zscale=";

    /**
     * A way to encode the patches.
     *
     * @param filter from RGB
     * @param options of the encoder
     */
    private record Source(String name, String extension, String filter, String options) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Source> SOURCES = List.of(
            new Source("BT.601, untagged", "mp4", "scale=out_color_matrix=bt601:out_range=tv,format=yuv420p", X264),
            new Source(
                    "BT.601, tagged, HD",
                    "mkv",
                    "scale=1280:720,setsar=1,scale=out_color_matrix=bt601:out_range=tv,format=yuv420p",
                    X264 + "-colorspace smpte170m -color_range tv"),
            new Source(
                    "BT.709, untagged, HD",
                    "mp4",
                    "scale=1280:720,setsar=1,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
                    X264),
            new Source(
                    "BT.709, full range",
                    "mp4",
                    "scale=out_color_matrix=bt709:out_range=pc,format=yuvj420p",
                    X264 + "-colorspace bt709 -color_range pc"),
            new Source("RGB in H.264", "mkv", "format=rgb24", " -c:v libx264rgb -preset ultrafast -qp 4 "),
            new Source("RGB in VP9", "webm", "format=gbrp", VP9),
            new Source(
                    "VP9, full range",
                    "webm",
                    "scale=out_color_matrix=bt709:out_range=pc,format=yuv420p",
                    VP9 + "-colorspace bt709 -color_range pc"),
            new Source(
                    "Motion JPEG",
                    "avi",
                    "scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p",
                    " -c:v mjpeg -q:v 1 "),
            new Source(
                    "BT.2020 in SDR",
                    "mp4",
                    FROM_SRGB + "p=bt2020:t=bt709:m=bt2020nc:r=tv,format=yuv420p10",
                    X264 + "-colorspace bt2020nc -color_range tv -color_primaries bt2020 -color_trc bt709"),
            new Source(
                    "Display P3",
                    "mov",
                    FROM_SRGB + "p=smpte432:t=bt709:m=bt709:r=tv,format=yuv420p10",
                    X264 + "-colorspace bt709 -color_range tv -color_primaries smpte432 -color_trc bt709"),
            new Source("uncompressed RGB", "avi", "format=bgr24", " -c:v rawvideo "),
            new Source("QuickTime animation", "mov", "format=rgb24", " -c:v qtrle "));

    @TempDir
    Path folder;

    @Test
    void coloursStayAsTheyAre() throws Exception {
        MediaPipeline pipeline = new MediaPipeline(folder);
        List<String> wrong = new ArrayList<>();
        for (Source source : Sample.of("colours", SAMPLE, SOURCES)) {
            byte[] original = MediaFiles.make(
                    folder.resolve("patches." + source.extension()),
                    patches() + "-filter_complex [0][1][2][3]hstack=inputs=4," + source.filter() + source.options());
            MediaPipeline.Outcome outcome =
                    pipeline.run(original, List.of("hd_720p", "formato_16_9", "miniatura", "transcodificacion"));
            if (!outcome.verdict().equals("processed")) {
                wrong.add(source + ": " + outcome.verdict() + " " + outcome.sentence());
                continue;
            }
            int clip = error(outcome.result(), "in_color_matrix=bt709:in_range=tv");
            int poster = error(outcome.folder().resolve("poster.jpg"), "in_color_matrix=bt601:in_range=pc");
            System.out.printf("  %-22s → clip differs by %d, poster by %d%n", source, clip, poster);
            if (clip > TOLERANCE || poster > TOLERANCE_OF_POSTER) {
                wrong.add(source + ": clip " + clip + ", poster " + poster);
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static String patches() {
        StringBuilder inputs = new StringBuilder();
        for (int[] patch : PATCHES) {
            inputs.append("-f lavfi -i color=0x%02x%02x%02x:s=160x180:r=10:d=1,format=gbrp "
                    .formatted(patch[0], patch[1], patch[2]));
        }
        return inputs.toString();
    }

    /** The largest difference of any channel in the middle of any patch. */
    private int error(Path picture, String colours) throws IOException {
        Path pixels = folder.resolve("pixels.rgb");
        Files.deleteIfExists(pixels);
        byte[] rgb = MediaFiles.make(
                pixels,
                "-i " + picture + " -frames:v 1 -vf scale=" + colours
                        + ":flags=accurate_rnd+full_chroma_int+full_chroma_inp,format=gbrp,crop=iw:2:0:ih/2,"
                        + "scale=1280:2:flags=neighbor -f rawvideo -pix_fmt rgb24");
        int error = 0;
        for (int patch = 0; patch < PATCHES.length; patch++) {
            int at = (160 + 320 * patch) * 3;
            for (int channel = 0; channel < 3; channel++) {
                error = Math.max(error, Math.abs((rgb[at + channel] & 0xff) - PATCHES[patch][channel]));
            }
        }
        return error;
    }
}
