package caravana.worker.media;

import java.awt.image.BufferedImage;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Footage of which every frame says what it is: sixteen patches of known colours, and below them a strip of black and white
 * blocks with the frame's number. Now and then the last block flashes, and a beep begins at the same time.
 *
 * <p>It is drawn here, without ffmpeg, so that what a test expects does not come from what it tests.
 */
final class Scene {

    static final int PATCHES_IN_A_ROW = 4;

    /** Blocks of the strip: bits of the number, white, black, flash. */
    static final int BLOCKS = 16;

    /** How many bits a number has; numbers are below 8192. */
    static final int BITS = 13;

    static final int WHITE = BITS;
    static final int BLACK = BITS + 1;
    static final int FLASH = BITS + 2;

    /** The strip's share of the height, at the bottom. */
    static final double STRIP = 1 / 9.0;

    /** RGB, row by row. */
    private static final int[][] PATCHES = {
        {230, 20, 30}, {20, 192, 40}, {32, 64, 224}, {192, 128, 96},
        {235, 235, 235}, {180, 180, 180}, {110, 110, 110}, {60, 60, 60},
        {220, 200, 40}, {40, 200, 210}, {200, 50, 200}, {120, 60, 20},
        {250, 160, 120}, {90, 140, 60}, {60, 90, 140}, {20, 20, 20}
    };

    /** How opaque the patches of a column are in a scene with alpha. */
    private static final int[] ALPHA_OF_COLUMN = {0, 255, 128, 255};

    /** When it flashes, in seconds: at uneven distances, so that each flash has one beep that fits. */
    private static final double[] FLASHES = {0.4, 1.1, 2.4, 4.1, 6.2, 8.7, 11.6};

    private static final double FLASH_SECONDS = 0.2;

    private static final int SAMPLES_PER_SECOND = 48_000;
    private static final double BEEP = 1_000;

    private static final AtomicInteger FILES = new AtomicInteger();

    private final Path folder;
    private final int width;
    private final int height;
    private final FrameRate rate;
    private final int first;
    private final int frames;
    private final boolean alpha;

    private Scene(Path folder, int width, int height, FrameRate rate, int first, int frames, boolean alpha) {
        this.folder = folder;
        this.width = width;
        this.height = height;
        this.rate = rate;
        this.first = first;
        this.frames = frames;
        this.alpha = alpha;
    }

    /**
     * A scene whose files are written to that folder when they are wanted.
     *
     * @param size such as {@code 320x180}
     */
    static Scene of(Path folder, String size, FrameRate rate, double seconds) {
        String[] sides = size.split("x");
        return new Scene(
                folder,
                Integer.parseInt(sides[0]),
                Integer.parseInt(sides[1]),
                rate,
                0,
                (int) Math.max(1, rate.framesIn(seconds)),
                false);
    }

    /** The same with other numbers: a continuation, or another picture that must not be shown. */
    Scene numberedFrom(int number) {
        return new Scene(folder, width, height, rate, number, frames, alpha);
    }

    /** The same with columns of patches that are transparent. */
    Scene withAlpha() {
        return new Scene(folder, width, height, rate, first, frames, true);
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    FrameRate rate() {
        return rate;
    }

    int frames() {
        return frames;
    }

    int first() {
        return first;
    }

    double seconds() {
        return frames / rate.perSecond();
    }

    /** The picture as an input of ffmpeg. */
    String picture() {
        Path file = folder.resolve("scene" + FILES.incrementAndGet() + ".rgb");
        int bytes = alpha ? 4 : 3;
        byte[] frame = new byte[width * height * bytes];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int patch = patchAt(x, y);
                if (patch >= 0) {
                    int at = (y * width + x) * bytes;
                    for (int channel = 0; channel < 3; channel++) {
                        frame[at + channel] = (byte) PATCHES[patch][channel];
                    }
                    if (alpha) {
                        frame[at + 3] = (byte) ALPHA_OF_COLUMN[patch % PATCHES_IN_A_ROW];
                    }
                }
            }
        }
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
            for (int n = 0; n < frames; n++) {
                drawStrip(frame, bytes, n);
                out.write(frame);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "-f rawvideo -pixel_format " + (alpha ? "rgba" : "rgb24") + " -video_size " + width + "x" + height
                + " -framerate " + rate + " -i " + file + " ";
    }

    private void drawStrip(byte[] frame, int bytes, int place) {
        for (int y = stripTop(); y < height; y++) {
            for (int x = 0; x < width; x++) {
                byte value = (byte) (isWhite(x * BLOCKS / width, place) ? 255 : 0);
                int at = (y * width + x) * bytes;
                for (int channel = 0; channel < 3; channel++) {
                    frame[at + channel] = value;
                }
                if (alpha) {
                    frame[at + 3] = (byte) 255;
                }
            }
        }
    }

    private boolean isWhite(int block, int place) {
        // In Gray's code. With the lowest bit of a plain number, all upper fields would be black and all lower ones
        // white,
        // which is no motion to a filter that deinterlaces.
        int number = first + place;
        int code = number ^ number >> 1;
        return switch (block) {
            case WHITE -> true;
            case BLACK -> false;
            case FLASH -> isFlashing(place);
            default -> (code >> block & 1) == 1;
        };
    }

    private int stripTop() {
        return (int) Math.round(height * (1 - STRIP));
    }

    /** −1 for the strip. */
    private int patchAt(int x, int y) {
        return y >= stripTop()
                ? -1
                : y * PATCHES_IN_A_ROW / stripTop() * PATCHES_IN_A_ROW + x * PATCHES_IN_A_ROW / width;
    }

    private boolean isFlashing(int place) {
        return flashes().stream().anyMatch(from -> place >= from && place < from + flashFrames());
    }

    private int flashFrames() {
        return (int) Math.max(2, Math.ceil(FLASH_SECONDS * rate.perSecond()));
    }

    /** The places of frames at which flashes begin. All of them end before the scene does. */
    private List<Integer> flashes() {
        List<Integer> places = new ArrayList<>();
        int free = 1;
        for (double flash : FLASHES) {
            int place = (int) Math.ceil(flash * rate.perSecond() - 1e-6);
            if (place >= free && place + flashFrames() < frames) {
                places.add(place);
                free = place + 2 * flashFrames();
            }
        }
        return places;
    }

    /** When flashes begin, in seconds. */
    List<Double> flashTimes() {
        return flashes().stream().map(place -> place / rate.perSecond()).toList();
    }

    /** The sound as an input of ffmpeg, mono and as long as the picture. */
    String sound() {
        return sound(0, seconds());
    }

    /**
     * The sound as an input of ffmpeg, mono.
     *
     * @param from where it begins, in seconds; negative when it begins before the picture
     * @param to where it ends
     */
    String sound(double from, double to) {
        int samples = (int) Math.round((to - from) * SAMPLES_PER_SECOND);
        byte[] bytes = new byte[2 * samples];
        double length = flashFrames() / rate.perSecond();
        // A beep whose beginning is missing would be another one.
        for (double flash : flashTimes().stream().filter(time -> time >= from).toList()) {
            int begin = (int) Math.round((flash - from) * SAMPLES_PER_SECOND);
            int end = (int) Math.round((flash + length - from) * SAMPLES_PER_SECOND);
            for (int i = Math.max(0, begin); i < Math.min(samples, end); i++) {
                int value = (int) (16_000 * Math.sin(2 * Math.PI * BEEP * (i - begin) / SAMPLES_PER_SECOND));
                bytes[2 * i] = (byte) value;
                bytes[2 * i + 1] = (byte) (value >> 8);
            }
        }
        Path file = folder.resolve("scene" + FILES.incrementAndGet() + ".pcm");
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return String.format(Locale.ROOT, "-f s16le -ar %d -ac 1 -i %s ", SAMPLES_PER_SECOND, file);
    }

    /** A patch's red, green and blue as they must come out: over black where there is alpha. */
    int[] colour(int patch) {
        int opaque = alpha ? ALPHA_OF_COLUMN[patch % PATCHES_IN_A_ROW] : 255;
        int[] colour = new int[3];
        for (int channel = 0; channel < 3; channel++) {
            colour[channel] = Math.round(PATCHES[patch][channel] * opaque / 255f);
        }
        return colour;
    }

    static int patches() {
        return PATCHES.length;
    }

    /** How a frame must look, for people. */
    BufferedImage image(int number) {
        int shownWidth = 320;
        int shownHeight = Math.max(2, shownWidth * height / width);
        BufferedImage image = new BufferedImage(shownWidth, shownHeight, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < shownHeight; y++) {
            for (int x = 0; x < shownWidth; x++) {
                int sourceX = x * width / shownWidth;
                int patch = patchAt(sourceX, y * height / shownHeight);
                int[] colour = patch >= 0 ? colour(patch) : new int[3];
                boolean white = patch < 0 && isWhite(sourceX * BLOCKS / width, number - first);
                image.setRGB(x, y, white ? 0xffffff : colour[0] << 16 | colour[1] << 8 | colour[2]);
            }
        }
        return image;
    }
}
