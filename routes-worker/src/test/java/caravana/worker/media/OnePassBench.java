package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.transformation.TransformationCatalogue;
import caravana.worker.job.RunningJob;
import caravana.worker.job.RunningJobs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The product's single pass against the origin's recipe of five ffmpeg runs, on the same input, alternating.
 *
 * <p>The recipe: cut by copy; scale to -2:720 at 30 frames a second; mute; overlay the logo; put cards of three seconds
 * before and after. All but the first encode with libx264, veryfast, CRF 23, as the product does.
 */
class OnePassBench {

    private static final int PAIRS = 5;
    private static final double RATIO = 0.6;
    private static final double BYTES = 1.10;
    private static final double SSIM_LOSS = 0.005;
    private static final String ENCODE = "-c:v libx264 -preset veryfast -crf 23 -pix_fmt yuv420p";

    @TempDir
    Path folder;

    private final TransformationCatalogue catalogue = new TransformationCatalogue();
    private TranscodePlanner planner;
    private Path logo;

    @Test
    void onePassAgainstFive() throws Exception {
        planner = new TranscodePlanner(catalogue, MediaSettings.assets(folder), MediaSettings.DEFAULTS);
        logo = folder.resolve(".assets/logo.png");
        run("-f lavfi -i color=navy:size=1280x720:rate=30:duration=3 " + ENCODE, "card.mp4");
        System.out.println("machine: " + Runtime.getRuntime().availableProcessors() + " CPUs, "
                + output(List.of("ffmpeg", "-version")).lines().findFirst().orElse(""));

        Path wide = input("1920x1080");
        List<Double> ratios = new ArrayList<>();
        List<Double> bytes = new ArrayList<>();
        for (int pair = 0; pair < PAIRS; pair++) {
            double ours = ours(wide, catalogue.defaultSet());
            double theirs = recipe(wide);
            ratios.add(ours / theirs);
            bytes.add(size("claim/video.mp4") / size("recipe.mp4"));
            System.out.printf(
                    Locale.ROOT, "16:9 pair %d: one pass %.1f s, five steps %.1f s%n", pair + 1, ours, theirs);
        }
        double lost = ssimLost(wide);
        for (String other : List.of("1440x1080", "1080x1920", "2520x1080")) {
            Path input = input(other);
            System.out.printf(
                    Locale.ROOT,
                    "%s: one pass %.1f s; the recipe %s%n",
                    other,
                    ours(input, catalogue.defaultSet()),
                    recipeFails(input));
        }
        double ratio = median(ratios);
        boolean pass = ratio <= RATIO && median(bytes) <= BYTES && lost <= SSIM_LOSS;
        System.out.printf(
                Locale.ROOT,
                "RESULT name=one-pass value=%.3f unit=ratio spread=%.3f..%.3f bytes=%.2f ssim-lost=%.4f target=<=%.1f"
                        + " verdict=%s%n",
                ratio,
                ratios.stream().min(Double::compare).orElseThrow(),
                ratios.stream().max(Double::compare).orElseThrow(),
                median(bytes),
                lost,
                RATIO,
                pass ? "pass" : "fail");
        assertThat(pass).isTrue();
    }

    /** Forty seconds like a camera's: moving, with grain and sound. */
    private Path input(String size) throws Exception {
        run(
                "-f lavfi -i testsrc2=size=" + size + ":rate=30:duration=40,noise=alls=6:allf=t"
                        + " -f lavfi -i sine=frequency=440:duration=40 -c:v libx264 -preset ultrafast -crf 20"
                        + " -pix_fmt yuv420p -c:a aac",
                size + ".mp4");
        return folder.resolve(size + ".mp4");
    }

    /** Seconds that the product's command takes. */
    private double ours(Path input, List<String> names) throws Exception {
        Path claim = Files.createDirectories(folder.resolve("claim"));
        Files.copy(input, claim.resolve("original"), StandardCopyOption.REPLACE_EXISTING);
        RunningJob job = RunningJobs.inFolder(claim);
        String[] size = input.getFileName().toString().replace(".mp4", "").split("x");
        MediaFacts facts = new MediaFacts(
                "mov",
                Files.size(input),
                40,
                0,
                "h264",
                Integer.parseInt(size[0]),
                Integer.parseInt(size[1]),
                "30/1",
                true,
                false);
        List<String> line = new ArrayList<>(List.of("ffmpeg"));
        line.addAll(planner.plan(job, facts, names).command().arguments());
        long started = System.nanoTime();
        execute(line, claim);
        return (System.nanoTime() - started) / 1e9;
    }

    /** Seconds that the recipe takes. */
    private double recipe(Path input) throws Exception {
        long started = System.nanoTime();
        recipeUntilMute(input);
        run("-i " + folder.resolve("3.mp4") + " -i " + logo + " -filter_complex overlay=W-w-64:36 " + ENCODE, "4.mp4");
        run(concat(), "recipe.mp4");
        return (System.nanoTime() - started) / 1e9;
    }

    private void recipeUntilMute(Path input) throws Exception {
        run("-i " + input + " -t 30 -c copy", "1.mp4");
        run("-i " + folder.resolve("1.mp4") + " -vf scale=-2:720 -r 30 -c:a copy " + ENCODE, "2.mp4");
        run("-i " + folder.resolve("2.mp4") + " -an " + ENCODE, "3.mp4");
    }

    private String concat() {
        Path card = folder.resolve("card.mp4");
        return "-i " + card + " -i " + folder.resolve("4.mp4") + " -i " + card + " -filter_complex concat=n=3:v=1:a=0 "
                + ENCODE;
    }

    /** What becomes of the recipe with a shape that is not 16:9. */
    private String recipeFails(Path input) throws Exception {
        recipeUntilMute(input);
        run("-i " + folder.resolve("3.mp4") + " -i " + logo + " -filter_complex overlay=0:0 " + ENCODE, "4.mp4");
        try {
            run(concat(), "recipe.mp4");
            return "works as well";
        } catch (IllegalStateException refused) {
            return "fails at its fifth step: the cards have another size than the footage";
        }
    }

    /** How much lower our SSIM is than the recipe's, in the middle 15 s at 720p, without logo and cards on both sides. */
    private double ssimLost(Path input) throws Exception {
        List<String> plain = catalogue.defaultSet().stream()
                .filter(name ->
                        !List.of("marca_de_agua", "cortinillas", "miniatura").contains(name))
                .toList();
        ours(input, plain);
        double ours = ssim(folder.resolve("claim/video.mp4"), input);
        recipeUntilMute(input);
        double theirs = ssim(folder.resolve("3.mp4"), input);
        System.out.printf(Locale.ROOT, "SSIM: one pass %.4f, recipe %.4f%n", ours, theirs);
        return theirs - ours;
    }

    private double ssim(Path clip, Path original) throws Exception {
        String window = "trim=start=7.5:duration=15,setpts=PTS-STARTPTS";
        String said = output(List.of(
                "ffmpeg",
                "-nostdin",
                "-hide_banner",
                "-i",
                clip.toString(),
                "-i",
                original.toString(),
                "-filter_complex",
                "[0:v]" + window + "[a];[1:v]" + window + ",scale=1280:720[b];[a][b]ssim",
                "-f",
                "null",
                "-"));
        Matcher all = Pattern.compile("SSIM .* All:([0-9.]+)").matcher(said);
        assertThat(all.find()).as(said).isTrue();
        return Double.parseDouble(all.group(1));
    }

    private double size(String file) throws IOException {
        return Files.size(folder.resolve(file));
    }

    private void run(String arguments, String result) throws Exception {
        List<String> line = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-v", "error", "-y"));
        line.addAll(Arrays.asList(arguments.split(" ")));
        line.add(folder.resolve(result).toString());
        execute(line, folder);
    }

    private static void execute(List<String> line, Path in) throws Exception {
        Process process = new ProcessBuilder(line)
                .directory(in.toFile())
                .redirectErrorStream(true)
                .redirectOutput(in.resolve("said.txt").toFile())
                .start();
        if (process.waitFor() != 0) {
            throw new IllegalStateException(line + ": " + Files.readString(in.resolve("said.txt")));
        }
    }

    private static String output(List<String> line) throws Exception {
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
