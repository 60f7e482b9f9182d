package caravana.system.faults;

import caravana.test.Samples;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A program named {@code ffmpeg} that takes a given time and no CPU, so that jobs can be many and long. It prints moving
 * progress and copies a prepared clip; how long it takes, and whether it dies, the original itself says in a box at its
 * end that no decoder looks at. For an original without such orders it runs the real ffmpeg.
 *
 * <p>{@code ffprobe} stays the real one.
 */
public final class FfmpegStub {

    /** The first word of orders. */
    private static final String MARK = "CARAVANA";

    /** Payload of the planted box, in bytes; the script reads that many from the end of the original. */
    private static final int ORDERS = 120;

    /** Has a line for each run of the program. */
    private static final String RUNS = "runs";

    /** The colours that every result has. */
    private static final String RESULT_TAGS =
            " -color_range tv -colorspace bt709 -color_trc bt709 -color_primaries bt709";

    /** Of the long video. */
    static final int LONG_WIDTH = 160;

    static final int LONG_FRAMES = 260;

    private static final String SCRIPT = """
            #!/bin/sh
            # Stands in for ffmpeg: see FfmpegStub.java.
            set -f
            case " $* " in *" -version "*) echo "ffmpeg version stub"; exit 0 ;; esac
            # The original is the first input; overlays and the like come after it.
            input=
            output=
            last=
            for argument in "$@"; do
              [ "$last" = -i ] && [ -z "$input" ] && input=${argument#file:}
              case "$argument" in *video.mp4) output=${argument#file:} ;; esac
              last=$argument
            done
            ordered=
            seconds=1
            fail=
            wants=
            for order in $(tail -c %1$d "$input" | tr -d '\\000'); do
              case "$order" in
                CARAVANA) ordered=yes ;;
                seconds=*) seconds=${order#seconds=} ;;
                fail=*) fail=${order#fail=} ;;
                wants=*) wants=${order#wants=} ;;
              esac
            done
            [ -z "$ordered" ] && exec "%3$s" "$@"
            echo run >>"%2$s/runs"
            found=
            for argument in "$@"; do
              [ "$argument" = "$wants" ] && found=yes
            done
            [ -n "$wants" ] && [ -z "$found" ] && echo "No argument is $wants" >&2 && exit 1
            [ "$fail" = until-healed ] && [ -e "%2$s/healed" ] && fail=
            # In tenths; the sleeps are longer for longer jobs, up to a second.
            tenths=$(echo "$seconds" | sed 's/^\\([0-9]*\\)$/\\1.0/; s/\\.\\([0-9]\\).*/\\1/; s/^0*\\(.\\)/\\1/')
            step=2
            [ "$tenths" -gt 100 ] && step=10
            worked=0
            while [ "$worked" -lt "$tenths" ]; do
              sleep "$((step / 10)).$((step %% 10))"
              worked=$((worked + step))
              echo "frame=$worked
            fps=10.0
            out_time_us=$((worked * 100000))
            total_size=$((worked * 100))
            speed=1x
            progress=continue"
              case "$fail" in
                signal | until-healed) kill -9 $$ ;;
                stall) exec sleep 600 ;;
              esac
            done
            case "$fail" in
              error) exit 1 ;;
              full) echo "$output: No space left on device" >&2 && exit 1 ;;
              memory) echo "Cannot allocate memory" >&2 && exit 1 ;;
              wrong) exec cp "$input" "$output" ;;
            esac
            cp "%2$s/result.mp4" "$output" || exit 1
            echo "frame=70
            progress=end"
            """;

    private final Path folder;
    private final byte[] original;
    private final byte[] footage;
    private final byte[] longFootage;
    private final byte[] result;

    private FfmpegStub(Path folder) throws IOException, InterruptedException {
        this.folder = Files.createDirectories(folder).toAbsolutePath();
        Path script = this.folder.resolve("ffmpeg");
        Files.writeString(script, SCRIPT.formatted(ORDERS, this.folder, realFfmpeg()));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        // The apps may run as another user than the test.
        Files.setPosixFilePermissions(
                Files.createFile(this.folder.resolve(RUNS)), PosixFilePermissions.fromString("rw-rw-rw-"));
        original = clip("original.mp4", "color=teal:size=320x240:rate=10:duration=2", "");
        footage = clip("footage.mp4", "testsrc2=size=640x360:rate=30:duration=6", "");
        longFootage = clip(
                "long.mp4",
                "testsrc2=size=" + LONG_WIDTH + "x90:rate=10:duration=" + LONG_FRAMES / 10,
                // It can be cut where there are keys.
                " -g 20");
        result = clip("result.mp4", "color=teal:size=1280x720:rate=10:duration=7", RESULT_TAGS);
    }

    /** Puts the program into a folder, which then has to come first in a worker's {@code PATH}. */
    public static FfmpegStub in(Path folder) throws IOException, InterruptedException {
        return new FfmpegStub(folder);
    }

    private byte[] clip(String name, String source, String more) throws IOException, InterruptedException {
        Path file = folder.resolve(name);
        Samples.make(file, "-f lavfi -i " + source + " -pix_fmt yuv420p" + more);
        return Files.readAllBytes(file);
    }

    private static Path realFfmpeg() {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(entry -> Path.of(entry, "ffmpeg"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
    }

    /** A video without orders: the real ffmpeg is run on it. */
    public byte[] originalForFfmpeg() {
        return footage;
    }

    /** One that the real ffmpeg encodes in parts, where a worker does so from few seconds on. */
    byte[] longOriginalForFfmpeg() {
        return longFootage;
    }

    /**
     * A video whose processing goes as ordered.
     *
     * @param orders {@code seconds}, 1 when not given, and {@code fail}: {@code signal} dies by a signal each time,
     *     {@code until-healed} does so until {@link #heal}, {@code stall} stands still, {@code error} ends with an error,
     *     {@code full} and {@code memory} with those of a full disk and of missing memory, {@code wrong} makes a result of
     *     another size than planned; {@code wants}, an argument without which it ends with an error; 120 characters in all
     */
    public byte[] original(Map<String, String> orders) {
        String text = orders.entrySet().stream()
                .map(order -> order.getKey() + "=" + order.getValue())
                .collect(Collectors.joining(" ", MARK + " ", ""));
        byte[] payload = new byte[ORDERS];
        byte[] words = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(words, 0, payload, 0, words.length);
        ByteArrayOutputStream video = new ByteArrayOutputStream();
        video.writeBytes(original);
        // A box of type "free": its length, its type, its payload.
        video.writeBytes(new byte[] {0, 0, 0, (byte) (8 + ORDERS)});
        video.writeBytes("free".getBytes(StandardCharsets.US_ASCII));
        video.writeBytes(payload);
        return video.toByteArray();
    }

    /** What every successful run makes: as long as the product plans, two seconds of footage and five of cards. */
    public byte[] result() {
        return result;
    }

    /** How many times it has been run for an original with orders. */
    int runs() throws IOException {
        return Files.readAllLines(folder.resolve(RUNS)).size();
    }

    /** From now on, {@code fail=until-healed} fails no more. */
    void heal() throws IOException {
        Files.createFile(folder.resolve("healed"));
    }

    /** Where the program is. */
    public Path folder() {
        return folder;
    }
}
