package caravana.worker.media;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Compares a clip and its poster with what must have become of a {@link MediaCase}. */
final class MediaCaseCheck {

    /** By how much a beep may begin before or after its flash, in seconds. */
    private static final double SYNC = 0.04;

    /** How exactly the beginning of a beep is found, in seconds. */
    private static final double BEEP_STEP = 0.005;

    /** A poster is a JPEG of a frame: one more conversion to 8 bits, and what JPEG loses. */
    private static final int POSTER_MORE = 3;

    /** Of a clip with fewer lines than these, a patch is a few blocks, and the encoder's steps are seen in its mean. */
    private static final int SMALL = 180;

    private static final int SMALL_MORE = 2;

    /** The patch behind the logo, of which the corner of the picture shows less than a half. */
    private static final int BEHIND_LOGO = 3;

    /** The lowest lines of the logo in a picture of 1280×720, in which it has no letters. */
    private static final SeenClip.Box IN_LOGO = new SeenClip.Box(1108, 64, 80, 2);

    /** Above the title of a card. */
    private static final SeenClip.Box IN_CARD = new SeenClip.Box(100, 50, 400, 100);

    private static final int[] CARD = {0x1f, 0x3a, 0x5f};

    /** How opaque the logo is, which is of the colour of cards. */
    private static final double OPAQUE_LOGO = 220 / 255.0;

    private static final int LOGO_WITHIN = 8;

    private final MediaCase wanted;
    private final List<String> faults = new ArrayList<>();
    private final int cardFrames;
    private SeenClip clip;
    private int largestError;

    /** @param cards seconds that each card stands when there are cards */
    MediaCaseCheck(MediaCase wanted, double cards) {
        this.wanted = wanted;
        this.cardFrames =
                wanted.transformations.isEmpty() ? (int) Math.ceil(cards * wanted.rate.perSecond() - 1e-6) : 0;
    }

    List<String> faults() {
        return faults;
    }

    /** Of 255, the largest difference of a colour in clip or poster. */
    int largestError() {
        return largestError;
    }

    BufferedImage middle() {
        return clip == null ? null : clip.middle();
    }

    /** Looks at the clip. */
    void clip(Path file, Path folder) throws IOException, InterruptedException {
        JsonNode streams = SeenClip.describe(file);
        streams(streams);
        if (streams.path(0).path("nb_frames").asInt() == 0) {
            faults.add("no frames");
            return;
        }
        List<SeenClip.Box> boxes =
                wanted.sizes.stream().map(size -> box(size, streams.path(0))).toList();
        clip = SeenClip.read(file, streams, boxes, folder);
        double rate = SourceInfo.fraction(streams.path(0).path("avg_frame_rate").asText());
        length(rate);
        frames(rate);
        sync(rate);
        BufferedImage middle = clip.middle();
        int more = middle.getHeight() < SMALL ? SMALL_MORE : 0;
        colours("clip", middle, boxes.get(boxAt(clip.frames() / 2 / rate)), more, cardFrames > 0);
        if (cardFrames > 0) {
            colour("card", SeenClip.mean(clip.first(), IN_CARD), CARD, wanted.colours);
            int[] beneath = wanted.scene.colour(BEHIND_LOGO);
            int[] logo = new int[3];
            Arrays.setAll(logo, channel ->
                    (int) Math.round(CARD[channel] * OPAQUE_LOGO + beneath[channel] * (1 - OPAQUE_LOGO)));
            colour("logo", SeenClip.mean(middle, IN_LOGO), logo, LOGO_WITHIN);
        }
    }

    /** Looks at the poster. */
    void poster(BufferedImage poster) {
        if (poster == null) {
            faults.add("no poster");
            return;
        }
        SeenClip.Box whole = new SeenClip.Box(0, 0, poster.getWidth(), poster.getHeight());
        MediaCase.Size size = wanted.sizes.get(0);
        double shape = (double) poster.getWidth() / poster.getHeight();
        check(
                Math.abs(shape / (size.width() / size.height()) - 1) < 0.03,
                "poster of " + poster.getWidth() + "×" + poster.getHeight());
        colours("poster", poster, whole, POSTER_MORE, false);
    }

    private void streams(JsonNode streams) {
        JsonNode video = streams.path(0);
        check(streams.size() == (wanted.sound ? 2 : 1), streams.size() + " streams");
        equal("codec", "h264", video.path("codec_name").asText());
        equal("profile", "High", video.path("profile").asText());
        equal("pixel format", "yuv420p", video.path("pix_fmt").asText());
        equal("shape of pixels", "1:1", video.path("sample_aspect_ratio").asText("1:1"));
        equal("range", "tv", video.path("color_range").asText());
        equal("matrix", "bt709", video.path("color_space").asText());
        equal("transfer", "bt709", video.path("color_transfer").asText());
        equal("primaries", "bt709", video.path("color_primaries").asText());
        equal(
                "constant rate",
                video.path("r_frame_rate").asText(),
                video.path("avg_frame_rate").asText());
        if (streams.size() > 1) {
            equal("sound", "aac", streams.path(1).path("codec_name").asText());
            check(streams.path(1).path("channels").asInt() <= 2, "more than two channels");
        }
        MediaCase.Size size = wanted.sizes.get(0);
        double width = wanted.transformations.equals(MediaCase.IN_OWN_SIZE) ? size.width() : 1280;
        double height = wanted.transformations.equals(MediaCase.IN_OWN_SIZE) ? size.height() : 720;
        check(
                Math.abs(video.path("width").asInt() - width) <= 2
                        && Math.abs(video.path("height").asInt() - height) <= 2,
                "size " + video.path("width") + "×" + video.path("height"));
    }

    /** Where the picture is in a result: as large as it fits into the first size, and that into the whole. */
    private SeenClip.Box box(MediaCase.Size size, JsonNode video) {
        MediaCase.Size first = wanted.sizes.get(0);
        double[] outer = fitted(
                first.width(),
                first.height(),
                video.path("width").asInt(),
                video.path("height").asInt());
        double[] inner = fitted(size.width(), size.height(), outer[2], outer[3]);
        return new SeenClip.Box(
                (int) Math.round(outer[0] + inner[0]),
                (int) Math.round(outer[1] + inner[1]),
                (int) Math.round(inner[2]),
                (int) Math.round(inner[3]));
    }

    /** @return x, y, width and height */
    private static double[] fitted(double width, double height, double intoWidth, double intoHeight) {
        double factor = Math.min(intoWidth / width, intoHeight / height);
        return new double[] {
            (intoWidth - width * factor) / 2, (intoHeight - height * factor) / 2, width * factor, height * factor
        };
    }

    private void length(double rate) {
        if (wanted.rate == null) {
            check(rate >= wanted.scene.rate().perSecond() - 0.01 && rate <= 30.01, "rate " + rate);
        } else {
            check(Math.abs(rate - wanted.rate.perSecond()) < 0.001, "rate " + rate + " instead of " + wanted.rate);
        }
        long frames = Math.max(1, Math.round(wanted.seconds * rate)) + 2L * cardFrames;
        check(Math.abs(clip.frames() - frames) <= wanted.tolerance, clip.frames() + " frames instead of " + frames);
    }

    private int boxAt(double time) {
        return wanted.sizes.indexOf(wanted.sizeAt(time));
    }

    /** Each frame shows what it must, and their numbers grow evenly. */
    private void frames(double rate) {
        int footage = clip.frames() - 2 * cardFrames;
        int last = SeenClip.UNCLEAR;
        int unclear = 0;
        int uneven = 0;
        List<String> elsewhere = new ArrayList<>();
        Set<Integer> steps = new TreeSet<>();
        for (int frame = 0; frame < footage; frame++) {
            double time = frame / rate;
            // Within a frame of a change, either size is right.
            int number = SeenClip.UNCLEAR;
            for (int box : new TreeSet<>(
                    Arrays.asList(boxAt(time), boxAt(time + 1.5 / rate), boxAt(Math.max(0, time - 1.5 / rate))))) {
                number = Math.max(number, clip.number(box, cardFrames + frame));
            }
            if (number == SeenClip.UNCLEAR) {
                unclear++;
            } else if (!wanted.numbersAt(time).contains(number)) {
                elsewhere.add(frame + " shows " + number);
            }
            if (frame > 0 && wanted.step > 0 && number >= 0 && last >= 0 && number - last != wanted.step) {
                uneven++;
                steps.add(number - last);
            }
            last = number;
        }
        check(unclear == 0, unclear + " frames unclear");
        check(
                elsewhere.isEmpty(),
                elsewhere.size() + " frames at the wrong time: " + elsewhere.subList(0, Math.min(3, elsewhere.size())));
        // The first and the last one may be shown twice.
        check(uneven <= 2, uneven + " uneven steps " + steps);
    }

    private void sync(double rate) {
        if (wanted.beeps.isEmpty()) {
            return;
        }
        List<Double> flashes = clip.flashes(cardFrames, clip.frames() - cardFrames, rate);
        List<Double> beeps = clip.beeps();
        double slack = (wanted.tolerance - 1) / rate + SYNC + 1 / rate;
        List<Double> sounding = flashes.stream()
                .filter(flash -> wanted.beeps.stream().anyMatch(beep -> Math.abs(beep - flash) < slack))
                .toList();
        boolean right = sounding.size() == beeps.size() && sounding.size() == wanted.beeps.size();
        for (int i = 0; right && i < beeps.size(); i++) {
            right = Math.abs(beeps.get(i) - sounding.get(i)) <= SYNC + BEEP_STEP;
        }
        check(
                right,
                "beeps at " + rounded(beeps) + ", flashes at " + rounded(sounding) + " of " + rounded(wanted.beeps));
    }

    private static List<String> rounded(List<Double> seconds) {
        return seconds.stream().map(s -> String.format(Locale.ROOT, "%.2f", s)).toList();
    }

    private void colour(String where, int[] got, int[] right, int within) {
        for (int channel = 0; channel < 3; channel++) {
            if (Math.abs(right[channel] - got[channel]) > within) {
                faults.add(where + " " + Arrays.toString(got) + " instead of " + Arrays.toString(right));
                return;
            }
        }
    }

    private void colours(String where, BufferedImage picture, SeenClip.Box box, int more, boolean withLogo) {
        int worst = 0;
        String seen = "";
        for (int patch = 0; patch < Scene.patches(); patch++) {
            if (withLogo && patch == BEHIND_LOGO) {
                continue;
            }
            int[] right = wanted.scene.colour(patch);
            boolean light = Arrays.stream(right).max().orElse(0) > 140;
            int[] got = SeenClip.colour(picture, box, patch);
            int error = 0;
            for (int channel = 0; channel < 3; channel++) {
                error = Math.max(error, Math.abs(right[channel] - got[channel]));
            }
            int allowed = (light ? wanted.lightColours : wanted.colours) + more;
            if (error > allowed && error > worst) {
                worst = error;
                seen = Arrays.toString(got) + " instead of " + Arrays.toString(right);
            }
            largestError = Math.max(largestError, error);
        }
        check(worst == 0, where + " " + seen);
    }

    private void equal(String what, String right, String found) {
        check(right.equals(found), what + " " + found + " instead of " + right);
    }

    private void check(boolean holds, String fault) {
        if (!holds) {
            faults.add(fault);
        }
    }
}
