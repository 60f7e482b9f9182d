package caravana.worker.media;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a clip of a {@link Scene} shows and sounds like, read out of its decoded frames and samples.
 *
 * @param streams as ffprobe describes them
 * @param strips of each box in which the picture may be, the blocks of the strip, frame by frame
 * @param first the first frame
 * @param middle the frame in the middle
 * @param beeps when sounds begin, in seconds
 */
record SeenClip(JsonNode streams, List<byte[]> strips, BufferedImage first, BufferedImage middle, List<Double> beeps) {

    /** A part of the picture, in pixels. */
    record Box(int x, int y, int width, int height) {}

    /** The number of a frame that shows none, or two at once. */
    static final int UNCLEAR = -1;

    private static final int SAMPLES_PER_SECOND = 8_000;

    /** In samples: 5 ms. */
    private static final int WINDOW = 40;

    /** Windows without sound before one begins. */
    private static final int SILENCE = 12;

    /**
     * Decodes a clip.
     *
     * @param boxes where in it the scene may be
     * @param folder for files meanwhile
     */
    static SeenClip read(Path clip, JsonNode streams, List<Box> boxes, Path folder) throws IOException {
        int frames = streams.path(0).path("nb_frames").asInt();
        StringBuilder graph = new StringBuilder("[0:v]split=" + (boxes.size() + 1) + "[middle]");
        StringBuilder outputs = new StringBuilder();
        for (int i = 0; i < boxes.size(); i++) {
            graph.append("[box" + i + "]");
        }
        graph.append(";[middle]select=eq(n\\,0)+eq(n\\," + frames / 2 + "),scale=in_color_matrix=bt709:in_range=tv:"
                + "flags=accurate_rnd+full_chroma_int+full_chroma_inp,format=gbrp[picture]");
        for (int i = 0; i < boxes.size(); i++) {
            Box box = boxes.get(i);
            int top = (int) Math.round(box.y() + box.height() * (1 - 0.75 * Scene.STRIP));
            int height = (int) Math.max(2, Math.round(box.height() * 0.5 * Scene.STRIP));
            graph.append(";[box" + i + "]crop=" + box.width() + ":" + height + ":" + box.x() + ":" + top
                    + ":exact=1,format=gray,scale=" + Scene.BLOCKS + ":1:flags=area[strip" + i + "]");
            outputs.append(" -map [strip" + i + "] -fps_mode passthrough -f rawvideo " + folder.resolve("strip" + i));
        }
        Path picture = folder.resolve("middle.rgb");
        Path sound = folder.resolve("sound.pcm");
        Files.deleteIfExists(sound);
        boolean audio = streams.size() > 1;
        MediaFiles.make(
                picture,
                "-threads 1 -i " + clip + " -filter_complex " + graph + outputs
                        + (audio ? " -map 0:a -ac 1 -ar " + SAMPLES_PER_SECOND + " -f s16le " + sound : "")
                        + " -map [picture] -fps_mode passthrough -f rawvideo -pix_fmt rgb24");
        List<byte[]> strips = new ArrayList<>();
        for (int i = 0; i < boxes.size(); i++) {
            strips.add(Files.readAllBytes(folder.resolve("strip" + i)));
        }
        byte[] pictures = Files.readAllBytes(picture);
        int width = streams.path(0).path("width").asInt();
        int height = streams.path(0).path("height").asInt();
        return new SeenClip(
                streams,
                strips,
                image(pictures, 0, width, height),
                image(pictures, pictures.length - 3 * width * height, width, height),
                audio ? beeps(Files.readAllBytes(sound)) : List.of());
    }

    /** What ffprobe says of a file's streams. */
    static JsonNode describe(Path file) throws IOException, InterruptedException {
        Process ffprobe = new ProcessBuilder("ffprobe", "-v", "error", "-show_streams", "-of", "json", file.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        JsonNode described =
                new ObjectMapper().readTree(ffprobe.getInputStream().readAllBytes());
        ffprobe.waitFor();
        return described.path("streams");
    }

    /** The lengths that its header gives: those of its pictures, or else of the whole; none when it gives none. */
    static List<Double> declaredSeconds(Path file) throws IOException, InterruptedException {
        Process ffprobe = new ProcessBuilder(
                        "ffprobe",
                        "-v",
                        "error",
                        "-show_entries",
                        "format=duration:stream=codec_type,duration",
                        "-of",
                        "json",
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        JsonNode described =
                new ObjectMapper().readTree(ffprobe.getInputStream().readAllBytes());
        ffprobe.waitFor();
        List<Double> seconds = new ArrayList<>();
        for (JsonNode stream : described.path("streams")) {
            if (stream.path("codec_type").asText().equals("video") && stream.has("duration")) {
                seconds.add(stream.path("duration").asDouble());
            }
        }
        JsonNode whole = described.at("/format/duration");
        if (seconds.isEmpty() && !whole.isMissingNode()) {
            seconds.add(whole.asDouble());
        }
        return seconds;
    }

    private static BufferedImage image(byte[] rgb, int from, int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(
                    i % width,
                    i / width,
                    (rgb[from + 3 * i] & 0xff) << 16
                            | (rgb[from + 3 * i + 1] & 0xff) << 8
                            | rgb[from + 3 * i + 2] & 0xff);
        }
        return image;
    }

    private static List<Double> beeps(byte[] samples) {
        ByteBuffer values = ByteBuffer.wrap(samples).order(ByteOrder.LITTLE_ENDIAN);
        double[] loud = new double[samples.length / 2 / WINDOW];
        double loudest = 0;
        for (int i = 0; i < loud.length; i++) {
            for (int j = 0; j < WINDOW; j++) {
                loud[i] = Math.max(loud[i], Math.abs(values.getShort(2 * (i * WINDOW + j))));
            }
            loudest = Math.max(loudest, loud[i]);
        }
        List<Double> beeps = new ArrayList<>();
        int silent = SILENCE;
        for (int i = 0; i < loud.length; i++) {
            if (loud[i] < Math.max(300, loudest / 3)) {
                silent++;
            } else {
                if (silent >= SILENCE) {
                    beeps.add((double) i * WINDOW / SAMPLES_PER_SECOND);
                }
                silent = 0;
            }
        }
        return beeps;
    }

    int frames() {
        return strips.get(0).length / Scene.BLOCKS;
    }

    /** The number that a frame shows in a box. */
    int number(int box, int frame) {
        int code = 0;
        for (int bit = 0; bit < Scene.BITS; bit++) {
            Boolean white = isWhite(box, frame, bit);
            if (white == null) {
                return UNCLEAR;
            }
            code |= white ? 1 << bit : 0;
        }
        int number = code;
        for (int rest = code >> 1; rest > 0; rest >>= 1) {
            number ^= rest;
        }
        return number;
    }

    /** When flashes begin, in seconds after the frame {@code from}. */
    List<Double> flashes(int from, int to, double rate) {
        List<Double> flashes = new ArrayList<>();
        boolean before = false;
        for (int frame = from; frame < to; frame++) {
            boolean now = Boolean.TRUE.equals(isWhite(0, frame, Scene.FLASH));
            if (now && !before) {
                flashes.add((frame - from) / rate);
            }
            before = now;
        }
        return flashes;
    }

    /** Null when it is neither black nor white. */
    private Boolean isWhite(int box, int frame, int block) {
        int black = level(box, frame, Scene.BLACK);
        int white = level(box, frame, Scene.WHITE);
        double level = (double) (level(box, frame, block) - black) / (white - black);
        return white - black < 80 || Math.abs(level - 0.5) < 0.15 ? null : level > 0.5;
    }

    private int level(int box, int frame, int block) {
        return strips.get(box)[frame * Scene.BLOCKS + block] & 0xff;
    }

    /** The colour of a patch: the mean of the half in its middle. */
    static int[] colour(BufferedImage image, Box box, int patch) {
        double width = (double) box.width() / Scene.PATCHES_IN_A_ROW;
        double height = box.height() * (1 - Scene.STRIP) / Scene.PATCHES_IN_A_ROW;
        int left = (int) (box.x() + width * (patch % Scene.PATCHES_IN_A_ROW + 0.25));
        int top = (int) (box.y() + height * (patch / Scene.PATCHES_IN_A_ROW + 0.25));
        return mean(image, new Box(left, top, (int) Math.ceil(width / 2), (int) Math.ceil(height / 2)));
    }

    /** The mean colour of a part. */
    static int[] mean(BufferedImage image, Box part) {
        long[] sums = new long[3];
        int count = 0;
        for (int y = part.y(); y < part.y() + part.height(); y++) {
            for (int x = part.x(); x < part.x() + part.width(); x++) {
                int rgb = image.getRGB(x, y);
                sums[0] += rgb >> 16 & 0xff;
                sums[1] += rgb >> 8 & 0xff;
                sums[2] += rgb & 0xff;
                count++;
            }
        }
        return new int[] {
            (int) Math.round((double) sums[0] / count),
            (int) Math.round((double) sums[1] / count),
            (int) Math.round((double) sums[2] / count)
        };
    }
}
