package caravana.worker.media;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** One file and what must become of it. */
final class MediaCase {

    /** With sound and bars, in 1280×720. */
    static final List<String> IN_HD = List.of("hd_720p", "miniatura", "formato_16_9", "transcodificacion");

    /** With sound, in the original's size. */
    static final List<String> IN_OWN_SIZE = List.of("miniatura", "transcodificacion");

    /**
     * What is shown from a time on.
     *
     * @param from in seconds of the result's footage
     * @param number of the scene's frame
     */
    record Shown(double from, int number) {}

    /**
     * A size of the picture as it is shown, in square pixels.
     *
     * @param from when it begins, in seconds
     */
    record Size(double from, double width, double height) {}

    final String kind;
    final String name;
    final Supplier<byte[]> file;

    /** What its clip is made with. */
    List<String> transformations = IN_OWN_SIZE;

    /** The code with which it is refused; null when it becomes a clip. */
    String refusal;

    /** Words that the sentence of the refusal must have: the value that was found, the limit. */
    List<String> words = List.of();

    Scene scene;

    /** Frames per second of the result; null for any constant rate up to 30. */
    FrameRate rate;

    /** By how many frames the length may differ. */
    int tolerance = 1;

    double seconds;
    final List<Shown> shown = new ArrayList<>();

    /** By how much the numbers of two frames differ that follow one another; 0 when the motion is uneven. */
    int step;

    final List<Size> sizes = new ArrayList<>();

    /** Whether the result has sound. */
    boolean sound;

    /** When beeps begin, in seconds. */
    List<Double> beeps = List.of();

    /** Of 255, by which a colour may differ, and one that is lighter than the middle. */
    int colours = 4;

    int lightColours = 4;

    /** What the video's document must warn of, and nothing else. */
    final Set<String> warnings = new TreeSet<>();

    /** By how many degrees players turn the original, clockwise. */
    int rotation;

    private MediaCase(String kind, String name, Supplier<byte[]> file) {
        this.kind = kind;
        this.name = name;
        this.file = file;
    }

    /** One that is refused. */
    static MediaCase refused(String kind, String name, String code, List<String> words, Supplier<byte[]> file) {
        MediaCase refused = new MediaCase(kind, name, file);
        refused.refusal = code;
        refused.words = words;
        return refused;
    }

    /** One that shows a scene as it is, at its own rate and without sound, unless something else is said. */
    static MediaCase of(String kind, String name, Scene scene, Supplier<byte[]> file) {
        MediaCase processed = new MediaCase(kind, name, file);
        processed.scene = scene;
        processed.rate = scene.rate();
        processed.step = 1;
        processed.sizes.add(new Size(0, scene.width(), scene.height()));
        return processed.followedBy(scene, 0);
    }

    /** Shows another scene after what is shown already, without its first frames. */
    MediaCase followedBy(Scene next, int skipped) {
        for (int n = skipped; n < next.frames(); n++) {
            shown.add(new Shown(seconds + (n - skipped) / next.rate().perSecond(), next.first() + n));
        }
        seconds += (next.frames() - skipped) / next.rate().perSecond();
        return this;
    }

    /** Shows these instead. */
    MediaCase showing(double length, List<Shown> frames) {
        shown.clear();
        shown.addAll(frames);
        seconds = length;
        return this;
    }

    /** Beeps with every flash. */
    MediaCase withSound() {
        return withSound(0, Double.POSITIVE_INFINITY);
    }

    /** Beeps with the flashes of this part. */
    MediaCase withSound(double from, double to) {
        sound = true;
        beeps = scene.flashTimes().stream()
                .filter(time -> time >= from && time < to)
                .toList();
        return this;
    }

    /** Beeps with the flashes of several parts that are as long as the scene. */
    MediaCase withSoundOfParts(int parts) {
        sound = true;
        beeps = IntStream.range(0, parts)
                .boxed()
                .flatMap(part -> scene.flashTimes().stream().map(time -> time + part * scene.seconds()))
                .toList();
        return this;
    }

    /** @param step by how much the numbers of frames that follow one another differ; 0 for unevenly */
    MediaCase at(FrameRate result, int step) {
        rate = result;
        this.step = step;
        return this;
    }

    MediaCase uneven() {
        step = 0;
        return this;
    }

    /** @param width of the picture as it is shown, in square pixels */
    MediaCase shownAs(double width, double height) {
        sizes.set(0, new Size(0, width, height));
        return this;
    }

    MediaCase with(List<String> names) {
        transformations = names;
        return this;
    }

    MediaCase within(int frames) {
        tolerance = frames;
        return this;
    }

    MediaCase colours(int dark, int light) {
        colours = dark;
        lightColours = light;
        return this;
    }

    MediaCase warning(String code) {
        warnings.add(code);
        return this;
    }

    MediaCase turnedBy(int degrees) {
        rotation = degrees;
        return this;
    }

    /** Whether the file does not say when its last picture ends. */
    boolean isLengthOpen() {
        return tolerance / (rate == null ? 10 : rate.perSecond()) > 1;
    }

    /** The numbers that may be shown at a time, in seconds of the footage. */
    Set<Integer> numbersAt(double time) {
        double slack = tolerance / (rate == null ? 10 : rate.perSecond()) + 1e-3;
        Set<Integer> numbers = new TreeSet<>();
        for (int i = 0; i < shown.size(); i++) {
            double until = i + 1 < shown.size() ? shown.get(i + 1).from() : Double.POSITIVE_INFINITY;
            if (shown.get(i).from() <= time + slack && until >= time - slack) {
                numbers.add(shown.get(i).number());
            }
        }
        return numbers;
    }

    /** The number that is shown at a time, in seconds of the footage. */
    int numberAt(double time) {
        int number = shown.get(0).number();
        for (Shown each : shown) {
            number = each.from() <= time + 1e-6 ? each.number() : number;
        }
        return number;
    }

    /** The size at a time, in seconds of the footage. */
    Size sizeAt(double time) {
        Size size = sizes.get(0);
        for (Size each : sizes) {
            size = each.from() <= time + 1e-6 ? each : size;
        }
        return size;
    }

    @Override
    public String toString() {
        return kind + ": " + name;
    }
}
