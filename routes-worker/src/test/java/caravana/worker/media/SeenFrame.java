package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The pixels of one frame of a file. Of a map, which {@link CatalogueFixture#makeMap} makes, a place says where in the original it was.
 *
 * @param planes brightness, then both differences of colour, each a byte a pixel
 */
record SeenFrame(int width, int height, byte[] planes) {

    /** What a map of 320×180 pixels has at X and Y in frame N, as ffmpeg computes it; colours have half the places. */
    static final String LUMA = "40+0.6*X";

    static final String CB = "32+2.2*Y";
    static final String CR = "40+1.5*N";

    /** Around a place, so that coding decides nothing. */
    private static final int AROUND = 2;

    /** Nothing in a map is so dark; bars are. */
    private static final int DARK = 30;

    /** Where on a map of 320×180 pixels something was, and in which frame. */
    record Place(double x, double y, double frame) {}

    static SeenFrame of(Path file, int number) throws Exception {
        Process ffmpeg = new ProcessBuilder(List.of(
                        "ffmpeg",
                        "-nostdin",
                        "-v",
                        "error",
                        "-i",
                        file.toString(),
                        "-map",
                        "0:v:0",
                        "-vf",
                        "select=eq(n\\," + number + "),format=yuv444p",
                        "-fps_mode",
                        "passthrough",
                        "-frames:v",
                        "1",
                        "-f",
                        "yuv4mpegpipe",
                        "-"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        byte[] all;
        try (InputStream in = ffmpeg.getInputStream()) {
            all = in.readAllBytes();
        }
        assertThat(ffmpeg.waitFor()).isZero();
        assertThat(all).as("frame " + number + " of " + file).isNotEmpty();
        String head = line(all, 0);
        int from = head.length() + 1 + line(all, head.length() + 1).length() + 1;
        byte[] planes = new byte[all.length - from];
        System.arraycopy(all, from, planes, 0, planes.length);
        return new SeenFrame(
                Integer.parseInt(head.replaceFirst(".* W([0-9]+) .*", "$1")),
                Integer.parseInt(head.replaceFirst(".* H([0-9]+) .*", "$1")),
                planes);
    }

    private static String line(byte[] bytes, int from) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int i = from; bytes[i] != '\n'; i++) {
            line.write(bytes[i]);
        }
        return line.toString(StandardCharsets.US_ASCII);
    }

    /** The brightness around a place, 16 to 235. */
    int luma(int x, int y) {
        return (int) Math.round(mean(0, x, y));
    }

    /** Where in the original that was. */
    Place origin(int x, int y) {
        return new Place((mean(0, x, y) - 40) / 0.6, (mean(1, x, y) - 32) / 1.1, (mean(2, x, y) - 40) / 1.5);
    }

    /** Whether it is black there, as bars are. */
    boolean isDark(int x, int y) {
        return luma(x, y) < DARK;
    }

    private double mean(int plane, int atX, int atY) {
        long sum = 0;
        int pixels = 0;
        for (int y = Math.max(0, atY - AROUND); y <= Math.min(height - 1, atY + AROUND); y++) {
            for (int x = Math.max(0, atX - AROUND); x <= Math.min(width - 1, atX + AROUND); x++) {
                sum += planes[plane * width * height + y * width + x] & 0xFF;
                pixels++;
            }
        }
        return sum / (double) pixels;
    }

    /** The rectangle of all that is brighter: its left, top, right and bottom edges; null when nothing is. */
    int[] brighter(int than) {
        int[] edges = {width, height, -1, -1};
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                if ((planes[y * width + x] & 0xFF) > than) {
                    edges[0] = Math.min(edges[0], x);
                    edges[1] = Math.min(edges[1], y);
                    edges[2] = Math.max(edges[2], x);
                    edges[3] = Math.max(edges[3], y);
                }
            }
        }
        return edges[2] < 0 ? null : edges;
    }

    /**
     * By how much the brightness differs.
     *
     * @param rank of the pixel that is requested, by its difference: 1 for the most different one
     */
    int difference(SeenFrame other, int rank) {
        assertThat(other.width + "x" + other.height).isEqualTo(width + "x" + height);
        return IntStream.range(0, width * height)
                        .map(i -> -Math.abs((planes[i] & 0xFF) - (other.planes[i] & 0xFF)))
                        .sorted()
                        .skip(rank - 1L)
                        .findFirst()
                        .orElseThrow()
                * -1;
    }
}
