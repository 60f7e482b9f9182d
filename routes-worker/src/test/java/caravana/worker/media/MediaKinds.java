package caravana.worker.media;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Kinds of files that devices and programs make, and that an engine gets wrong that believes their headers. Of each kind there
 * are several variants: container, codec, rate and length follow from the seed.
 */
final class MediaKinds {

    /**
     * One file and what must become of it.
     *
     * @param kind what is odd about it
     * @param name of the variant
     * @param file makes it
     * @param seconds length of the result's footage; negative when the file must be refused
     * @param rate frames per second of the result
     * @param audio whether the result has sound when it is wanted
     */
    record Variant(String kind, String name, Supplier<byte[]> file, double seconds, double rate, boolean audio) {

        @Override
        public String toString() {
            return kind + ", " + name;
        }
    }

    private static final String X264 = " -c:v libx264 -preset ultrafast -pix_fmt yuv420p";
    private static final String VP8 = " -c:v libvpx -deadline realtime -cpu-used 8";

    private final Path folder;
    private final Random random;
    private final List<Variant> variants = new ArrayList<>();

    private MediaKinds(Path folder, long seed) {
        this.folder = folder;
        this.random = new Random(seed);
    }

    /**
     * All kinds, each in several variants.
     *
     * @param folder for the files
     * @param seed by which they vary
     * @param times how many variants of each kind
     */
    static List<Variant> all(Path folder, long seed, int times) {
        MediaKinds kinds = new MediaKinds(folder, seed);
        for (int i = 0; i < times; i++) {
            kinds.clockNotAtZero();
            kinds.clockJumps();
            kinds.still();
            kinds.slides();
            kinds.sizeChanges();
            kinds.browserRecording();
            kinds.longerSound();
            kinds.variableRate();
            kinds.fastRate();
            kinds.lateVideo();
            kinds.largerTrackLater();
            kinds.monoTracks();
            kinds.unknownSoundFirst();
            kinds.interlaced();
        }
        return kinds.variants;
    }

    private void clockNotAtZero() {
        int start = 5 + random.nextInt(40);
        double seconds = seconds();
        int rate = one(24, 25, 30);
        String container = one("mkv", "webm", "ts", "mp4");
        add(
                "clock not at 0",
                container + " from " + start + " s",
                seconds,
                rate,
                true,
                () -> make(
                        container,
                        picture("320x180", rate, seconds) + sine(seconds) + codecs(container) + " -output_ts_offset "
                                + start));
    }

    private void clockJumps() {
        double seconds = seconds();
        int rate = one(25, 30);
        int jump = one(0, 66, 3000);
        add("clock jumps", "ts by " + jump + " s", 2 * seconds, rate, true, () -> {
            String clip = picture("320x180", rate, seconds) + sine(seconds) + X264 + " -c:a aac";
            return joined(make("ts", clip), make("ts", clip + " -output_ts_offset " + jump));
        });
    }

    private void still() {
        int seconds = 3 + random.nextInt(12);
        String container = one("mp4", "mkv", "mov");
        add(
                "still",
                container + " of " + seconds + " s",
                seconds,
                10,
                false,
                () -> make(
                        container,
                        "-f lavfi -i testsrc2=size=320x180:rate=1/" + seconds + ":duration=" + seconds + X264
                                + " -frames:v 1"));
    }

    private void slides() {
        int each = 2 + random.nextInt(11);
        String container = one("mp4", "mkv");
        add(
                "slides",
                container + ", 3 of " + each + " s",
                3.0 * each,
                10,
                false,
                () -> make(
                        container,
                        "-f lavfi -i testsrc2=size=320x180:rate=1/" + each + ":duration=" + 3 * each + X264));
    }

    private void sizeChanges() {
        String first = one("640x480", "320x240", "480x640");
        String second = one("320x240", "640x360", "240x320");
        int rate = one(15, 30);
        add("size changes", first + " to " + second, 4, rate, false, () -> {
            Path one = write("one.webm", make("webm", picture(first, rate, 2) + VP8));
            Path two = write("two.webm", make("webm", picture(second, rate, 2) + VP8));
            Path list = write("list.txt", ("file " + one + "\nfile " + two + "\n").getBytes(StandardCharsets.UTF_8));
            return make("webm", "-f concat -safe 0 -i " + list + " -c copy");
        });
    }

    private void browserRecording() {
        double seconds = seconds();
        int rate = one(15, 24, 30);
        boolean webm = random.nextBoolean();
        add(
                "browser recording",
                webm ? "webm" : "mkv",
                seconds,
                rate,
                false,
                () -> make(
                        webm ? "webm" : "mkv", picture("320x180", rate, seconds) + (webm ? VP8 : X264) + " -live 1"));
    }

    private void longerSound() {
        double seconds = seconds();
        int rate = one(25, 30);
        String container = one("mkv", "mp4", "ts", "avi");
        add(
                "sound longer than picture",
                container,
                seconds,
                rate,
                true,
                () -> make(
                        container,
                        picture("320x180", rate, seconds)
                                + sine(3 * seconds)
                                + X264
                                + (container.equals("avi") ? " -c:a mp2" : " -c:a aac")));
    }

    private void variableRate() {
        int still = 3 + random.nextInt(6);
        int rate = one(24, 25, 30);
        String container = one("mp4", "mkv");
        add(
                "variable rate",
                container + ", " + still + " s still, then " + rate,
                still + 2,
                rate,
                false,
                () -> make(
                        container,
                        picture("320x180", rate, still + 2) + " -vf select=not(mod(n\\," + still * rate + "))+gte(n\\,"
                                + still * rate + ") -fps_mode vfr" + X264));
    }

    private void fastRate() {
        List<String> rates = List.of("50", "48", "60000/1001", "60", "100", "120", "240");
        List<Double> results = List.of(25.0, 24.0, 30000 / 1001.0, 30.0, 25.0, 30.0, 30.0);
        int place = random.nextInt(rates.size());
        String container = one("mp4", "mkv", "mov");
        add(
                "fast rate",
                container + ", " + rates.get(place),
                2,
                results.get(place),
                false,
                () -> make(container, "-f lavfi -i testsrc2=size=320x180:duration=2:rate=" + rates.get(place) + X264));
    }

    private void lateVideo() {
        double seconds = seconds();
        int late = 1 + random.nextInt(4);
        String container = one("mkv", "ts");
        add(
                "picture after sound",
                container + " by " + late + " s",
                seconds,
                30,
                true,
                () -> make(
                        container,
                        picture("320x180", 30, seconds) + "-itsoffset -" + late + " " + sine(seconds + late) + X264
                                + " -c:a aac"));
    }

    private void largerTrackLater() {
        double seconds = seconds();
        add(
                "larger track later",
                "mkv",
                seconds,
                30,
                false,
                () -> make(
                        "mkv",
                        picture("160x90", 30, seconds) + picture("640x360", 30, seconds) + "-map 0 -map 1" + X264
                                + " -disposition:v:0 0 -disposition:v:1 default"));
    }

    private void monoTracks() {
        int tracks = 4 + random.nextInt(9);
        add(
                "mono tracks",
                tracks + " and timecode",
                2,
                25,
                true,
                () -> make(
                        "mov",
                        picture("320x180", 25, 2) + sine(2) + "-map 0" + " -map 1".repeat(tracks) + X264
                                + " -c:a pcm_s16le -ac 1 -timecode 01:00:00:00"));
    }

    private void unknownSoundFirst() {
        add("unknown sound first", "mov", 2, 30, true, () -> {
            byte[] mov = make(
                    "mov",
                    picture("320x180", 30, 2) + sine(2) + "-map 0 -map 1 -map 1" + X264
                            + " -c:a:0 pcm_s16le -c:a:1 aac");
            int format = new String(mov, StandardCharsets.ISO_8859_1).indexOf("sowt");
            System.arraycopy("apac".getBytes(StandardCharsets.US_ASCII), 0, mov, format, 4);
            return mov;
        });
    }

    private void interlaced() {
        String order = one("tff", "bff");
        boolean mpeg2 = random.nextBoolean();
        add(
                "interlaced",
                order + (mpeg2 ? " MPEG-2" : " H.264"),
                2,
                25,
                false,
                () -> make(
                        mpeg2 ? "ts" : "mp4",
                        picture("720x576", 50, 2) + "-vf tinterlace=interleave_top,fieldorder=" + order
                                + " -flags +ilme+ildct"
                                + (mpeg2 ? " -c:v mpeg2video" : X264 + " -x264opts " + order + "=1")));
    }

    /** Whole frames at every rate above. */
    private double seconds() {
        return 2 + random.nextInt(3);
    }

    @SafeVarargs
    private <T> T one(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static String picture(String size, int rate, double seconds) {
        return String.format(Locale.ROOT, "-f lavfi -i testsrc2=size=%s:rate=%d:duration=%.3f ", size, rate, seconds);
    }

    private static String sine(double seconds) {
        return String.format(Locale.ROOT, "-f lavfi -i sine=duration=%.3f ", seconds);
    }

    private static String codecs(String container) {
        return container.equals("webm") ? VP8 + " -c:a libopus" : X264 + " -c:a aac";
    }

    private void add(String kind, String name, double seconds, double rate, boolean audio, Supplier<byte[]> file) {
        variants.add(new Variant(kind, name, file, seconds, rate, audio));
    }

    private static byte[] joined(byte[] first, byte[] second) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(first);
        both.writeBytes(second);
        return both.toByteArray();
    }

    private Path write(String name, byte[] bytes) {
        try {
            return Files.write(folder.resolve(name), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] make(String extension, String arguments) {
        return MediaFiles.make(folder.resolve("kind." + extension), arguments);
    }
}
