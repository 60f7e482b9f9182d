package caravana.bench;

import caravana.measure.Account;
import caravana.measure.Figures;
import caravana.measure.MeasurementException;
import caravana.measure.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares the product's single pass with the five ffmpeg runs of the FastAPI system that this project re-implements,
 * alternately, on the same input. The product's command line is recorded from a worker that has just done the job.
 *
 * <p>The five runs: cut by copying; scale to -2:720 at 30 frames a second; mute; overlay the logo; add cards of three
 * seconds before and after. All but the first encode with libx264, veryfast, CRF 23.
 */
final class OnePass implements Benchmark {

    private static final int PAIRS = 5;
    private static final int SECONDS = 40;
    private static final int MEGABYTES = 80;
    private static final double RATIO = 0.6;
    private static final double BYTES = 1.10;
    private static final double SSIM_LOSS = 0.005;
    private static final String ENCODE = "-c:v libx264 -preset veryfast -crf 23 -pix_fmt yuv420p";

    /** The default set without what the picture cannot be compared through: logo, cards and poster. */
    private static final List<String> PLAIN =
            List.of("recorte_30s", "hd_720p", "formato_16_9", "sin_audio", "transcodificacion");

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final String RESULT = "replay/video.mp4";

    private Path folder;

    @Override
    public List<String> names() {
        return List.of("one-pass", "one-pass-bytes", "one-pass-ssim-lost");
    }

    @Override
    public void run(Setting setting) throws Exception {
        folder = setting.folder();
        Path wide = Media.video(folder.resolve("wide.mp4"), "1920x1080", SECONDS, MEGABYTES);
        ffmpeg("-f lavfi -i color=navy:size=1280x720:rate=30:duration=3 " + ENCODE, "card.mp4");
        Recorder recorder = Recorder.beforeFfmpeg(folder.resolve("tools"));
        try (Target target = Target.of(null)) {
            target.own().orElseThrow().startWorkers(1, 1, Optional.of(recorder.folder()));
            Account account = new Account(target.web());
            account.awaitProcessed(List.of(account.upload(wide)), PATIENCE);
            Recorder.Call whole = recorder.take().get(0);
            account.awaitProcessed(List.of(account.upload(wide, PLAIN)), PATIENCE);
            Recorder.Call plain = recorder.take().get(0);
            compare(setting, wide, whole, plain);
        }
    }

    private void compare(Setting setting, Path wide, Recorder.Call whole, Recorder.Call plain) throws Exception {
        Path logo = logo(whole);
        Pairs pairs = Pairs.measure(
                PAIRS, "s", "one pass ÷ five steps", () -> onePass(whole, wide), () -> recipe(wide, logo));
        double bytes = (double) Files.size(folder.resolve(RESULT)) / Files.size(folder.resolve("recipe.mp4"));
        double theirs = ssim(folder.resolve("3.mp4"), wide);
        onePass(plain, wide);
        double lost = theirs - ssim(folder.resolve(RESULT), wide);
        String quality = " bytes=" + Figures.exact(bytes) + " ssim-lost=" + Figures.exact(lost);
        setting.results().atMost("one-pass", pairs.ratio(), "ratio", RATIO, pairs.detail() + quality);
        setting.results().atMost("one-pass-bytes", bytes, "ratio", BYTES);
        setting.results().atMost("one-pass-ssim-lost", lost, "ssim", SSIM_LOSS);
    }

    private static Path logo(Recorder.Call call) {
        return call.arguments().stream()
                .filter(argument -> argument.endsWith("logo.png"))
                .map(argument -> Path.of(call.folder(), argument.replaceFirst("^file:", ""))
                        .normalize())
                .findFirst()
                .orElseThrow(() -> new MeasurementException("The worker used no logo: " + call.arguments()));
    }

    /** Seconds that the product's command takes. */
    private double onePass(Recorder.Call call, Path input) throws Exception {
        Path script = call.replay(folder.resolve("replay"), input);
        long started = System.nanoTime();
        Media.run(folder, List.of("sh", script.toString()));
        return (System.nanoTime() - started) / 1e9;
    }

    /** Seconds that the recipe takes; its third step leaves the picture as it is before logo and cards. */
    private double recipe(Path input, Path logo) throws Exception {
        Path card = folder.resolve("card.mp4");
        long started = System.nanoTime();
        ffmpeg("-i " + input + " -t 30 -c copy", "1.mp4");
        ffmpeg("-i " + folder.resolve("1.mp4") + " -vf scale=-2:720 -r 30 -c:a copy " + ENCODE, "2.mp4");
        ffmpeg("-i " + folder.resolve("2.mp4") + " -an " + ENCODE, "3.mp4");
        ffmpeg(
                "-i " + folder.resolve("3.mp4") + " -i " + logo + " -filter_complex overlay=W-w-64:36 " + ENCODE,
                "4.mp4");
        ffmpeg(
                "-i " + card + " -i " + folder.resolve("4.mp4") + " -i " + card + " -filter_complex concat=n=3:v=1:a=0 "
                        + ENCODE,
                "recipe.mp4");
        return (System.nanoTime() - started) / 1e9;
    }

    /** How like the original a clip is, in the middle 15 s at 720p. */
    private double ssim(Path clip, Path original) throws Exception {
        String window = "trim=start=7.5:duration=15,setpts=PTS-STARTPTS";
        String graph = "[0:v]" + window + "[a];[1:v]" + window + ",scale=1280:720[b];[a][b]ssim";
        String said = Media.ffmpeg(
                folder,
                List.of("-i", clip.toString(), "-i", original.toString(), "-filter_complex", graph, "-f", "null", "-"));
        Matcher all = Pattern.compile("SSIM .* All:([0-9.]+)").matcher(said);
        if (!all.find()) {
            throw new MeasurementException("ffmpeg says no SSIM: " + said);
        }
        return Double.parseDouble(all.group(1));
    }

    private void ffmpeg(String arguments, String result) throws Exception {
        List<String> line = new ArrayList<>(List.of(arguments.split(" ")));
        line.add(folder.resolve(result).toString());
        Media.ffmpeg(folder, line);
    }
}
