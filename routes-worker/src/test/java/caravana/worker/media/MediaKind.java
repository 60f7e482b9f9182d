package caravana.worker.media;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** What makers of test files have in common: ways to encode a scene, and choices that follow from the seed. */
abstract class MediaKind {

    /** Of RGB, as for a picture that is not HD and has no tags. */
    static final String YUV = "scale=flags=accurate_rnd+full_chroma_int+full_chroma_inp:out_color_matrix=bt601:"
            + "out_range=tv,format=yuv420p";

    static final String X264 = " -c:v libx264 -preset ultrafast -qp 6 -threads 1 ";
    static final String X265 =
            " -c:v libx265 -preset ultrafast -x265-params log-level=error:qp=8:pools=1:frame-threads=1 ";
    static final String VP8 = " -c:v libvpx -deadline realtime -cpu-used 8 -crf 4 -qmax 6 -b:v 6M -threads 1 ";
    static final String VP9 = " -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -crf 2 -b:v 0 -threads 1 ";
    static final String AAC = " -c:a aac -b:a 96k ";

    static final FrameRate NTSC = new FrameRate(30_000, 1_001);
    static final FrameRate FILM = new FrameRate(24_000, 1_001);

    private static final FrameRate[] ORDINARY = {rate(24), rate(25), NTSC, rate(30), FILM, rate(15)};

    /** For a number of cases: as many as there are ways, and some if there are few. */
    static final int EVERY_WAY = 0;

    private static final int FEWEST = 5;

    final Random random;
    private final Path folder;
    private final List<MediaCase> cases;

    MediaKind(Path folder, Random random, List<MediaCase> cases) {
        this.folder = folder;
        this.random = random;
        this.cases = cases;
    }

    /** Choices in an order that follows from the seed, over and over. */
    final class Turns<T> {

        private final List<T> choices;
        private int next;

        private Turns(List<T> choices) {
            this.choices = choices;
            Collections.shuffle(choices, random);
        }

        /** @param wanted how many cases, or {@link #EVERY_WAY} */
        int times(int wanted) {
            return wanted == EVERY_WAY ? Math.max(FEWEST, choices.size()) : wanted;
        }

        T next() {
            return choices.get(next++ % choices.size());
        }
    }

    @SafeVarargs
    final <T> Turns<T> turns(T... choices) {
        List<T> all = new ArrayList<>();
        for (T choice : choices) {
            all.add(choice);
        }
        return new Turns<>(all);
    }

    /** Rates that a result keeps. */
    final Turns<FrameRate> ordinaryRates() {
        return turns(ORDINARY);
    }

    static FrameRate rate(int perSecond) {
        return new FrameRate(perSecond, 1);
    }

    final Scene scene(FrameRate rate, double seconds) {
        return scene("320x180", rate, seconds);
    }

    final Scene scene(String size, FrameRate rate, double seconds) {
        return Scene.of(folder, size, rate, seconds);
    }

    /** Adds one case; of some, by the seed, the clip is in HD. */
    final MediaCase add(MediaCase added) {
        cases.add(added);
        return random.nextInt(3) == 0 ? added.with(MediaCase.IN_HD) : added;
    }

    /** Video and audio encoders that a container commonly has. */
    static String codecs(String container) {
        return video(container) + audio(container);
    }

    static String video(String container) {
        return switch (container) {
            case "webm" -> yuv() + VP8;
            case "flv" -> yuv() + " -c:v flv1 -q:v 2 ";
            case "avi" -> yuv() + " -c:v mpeg4 -q:v 2 ";
            case "mpg" -> yuv() + " -c:v mpeg2video -q:v 2 ";
            case "asf" -> yuv() + " -c:v wmv2 -q:v 2 ";
            case "ogv" -> yuv() + " -c:v libtheora -q:v 10 ";
            default -> yuv() + X264;
        };
    }

    static String audio(String container) {
        return switch (container) {
            case "webm" -> " -c:a libopus -b:a 64k ";
            case "flv" -> " -c:a libmp3lame -ar 44100 ";
            // MP3 begins before the picture, which AVI cannot say.
            case "avi" -> " -c:a pcm_s16le ";
            case "mpg" -> " -c:a mp2 ";
            case "asf" -> " -c:a wmav2 ";
            case "ogv" -> " -c:a libvorbis -ar 44100 ";
            default -> AAC;
        };
    }

    static String yuv() {
        return filtered("");
    }

    /** @param filters before the conversion to YUV, each with a comma behind it */
    static String filtered(String filters) {
        return "-vf " + filters + YUV;
    }

    final Path write(String name, byte[] bytes) {
        try {
            return Files.write(folder.resolve(name), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a file with ffmpeg, and deletes the scenes that it is made of. */
    final byte[] make(String extension, String arguments) {
        byte[] made = MediaFiles.make(folder.resolve("kind." + extension), arguments);
        try (DirectoryStream<Path> scenes = Files.newDirectoryStream(folder, "scene*")) {
            for (Path scene : scenes) {
                Files.delete(scene);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return made;
    }

    /** Makes it again without encoding it again. */
    final byte[] remuxed(byte[] file, String extension, String inputOptions, String outputOptions) {
        Path source = write("remuxed.bin", file);
        return make(extension, inputOptions + " -i " + source + " -map 0 -c copy " + outputOptions);
    }

    static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
