package caravana.worker.media;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Files whose clock, rate or length is not what a simple header would say. */
final class ClockKinds extends MediaKind {

    private static final List<String> MUTE = List.of("hd_720p", "miniatura", "sin_audio", "transcodificacion");

    private static final String UNEVEN = "frames after 30, 30, 33 and 60 ms";

    /** When the clock of MPEG transport streams begins again, in seconds. */
    private static final double WRAP = (1L << 33) / 90_000.0;

    ClockKinds(Path folder, Random random, List<MediaCase> cases) {
        super(folder, random, cases);
    }

    void all(int times) {
        clockNotAtZero(times);
        pictureAfterSound(times);
        clockJumps(times);
        soundClockDamaged(times);
        stills(times);
        browserRecordings(times);
        lyingLengths(times);
        longerSound(times);
        variableRate(times);
        fastRates(times);
        ordinaryRates(times);
        tinyClips(times);
        cutByCopy(times);
        framesWithoutTimes(times);
    }

    private void clockNotAtZero(int times) {
        Turns<String> containers = turns("mkv", "webm", "ts", "mp4", "mov", "flv", "mpg");
        Turns<FrameRate> rates = turns(rate(24), rate(25), rate(30), NTSC);
        for (int i = 0; i < containers.times(times); i++) {
            String container = containers.next();
            boolean wraps = container.equals("ts") && random.nextBoolean();
            double start = wraps ? WRAP - 1.2 : 5 + random.nextInt(4000) / 100.0;
            Scene scene = scene(rates.next(), seconds());
            add(MediaCase.of(
                            "clock not at 0",
                            container + (wraps ? ", begins again" : " from " + start + " s"),
                            scene,
                            () -> make(
                                    container,
                                    scene.picture() + scene.sound() + codecs(container) + " -output_ts_offset "
                                            + start))
                    .withSound());
        }
    }

    private void pictureAfterSound(int times) {
        Turns<String> containers = turns("mkv", "ts", "mp4", "mov", "webm", "flv");
        for (int i = 0; i < containers.times(times); i++) {
            String container = containers.next();
            FrameRate rate = rate(i % 2 == 0 ? 30 : 25);
            // Whole frames: the clock of the encoders has no others, and would put the picture half a frame later.
            double late = rate.framesIn((1 + random.nextInt(30)) / 10.0) / rate.perSecond();
            Scene scene = scene(rate, seconds());
            if (i % 4 == 3) {
                add(MediaCase.of(
                        "picture and sound begin apart",
                        container + ", sound ends before the picture begins",
                        scene,
                        () -> make(
                                container,
                                "-itsoffset 3 " + scene.picture() + scene.sound(-3, -1) + codecs(container)
                                        + " -fps_mode passthrough")));
            } else if (i % 3 == 2) {
                add(MediaCase.of(
                                "picture and sound begin apart",
                                container + ", sound later by " + late / 4 + " s",
                                scene,
                                () -> make(
                                        container,
                                        scene.picture() + "-itsoffset " + late / 4 + " "
                                                + scene.sound(late / 4, scene.seconds()) + codecs(container)))
                        .withSound(late / 4, scene.seconds()));
            } else {
                boolean mute = i % 3 == 1;
                MediaCase later = MediaCase.of(
                        "picture and sound begin apart",
                        container + ", picture later by " + late + " s" + (mute ? ", sound not kept" : ""),
                        scene,
                        () -> make(
                                container,
                                "-itsoffset " + late + " " + scene.picture() + scene.sound(-late, scene.seconds())
                                        + codecs(container)
                                        // Otherwise ffmpeg repeats the first frame.
                                        + " -fps_mode passthrough"));
                if (mute) {
                    add(later).with(MUTE);
                } else {
                    add(later.withSound());
                }
            }
        }
    }

    /** The beginning is cut off without encoding again, at a place where decoding cannot begin or only some frames need what is gone. */
    private void cutByCopy(int times) {
        Turns<String> ways = turns("mp4 edit list", "mov edit list", "ts open GOP", "mkv open GOP", "mp4 open GOP");
        Turns<FrameRate> rates = turns(rate(24), rate(25), rate(30));
        for (int i = 0; i < ways.times(times); i++) {
            String[] way = ways.next().split(" ", 2);
            boolean open = way[1].equals("open GOP");
            FrameRate rate = rates.next();
            // Every 12th frame is one from which decoding can begin.
            int first = open ? 24 : 31;
            Scene scene = scene(rate, 3);
            List<MediaCase.Shown> shown = new ArrayList<>();
            for (int n = first; n < scene.frames(); n++) {
                shown.add(new MediaCase.Shown((n - first) / rate.perSecond(), n));
            }
            // One from which decoding can begin is found exactly in a transport stream.
            String cutAs = open && way[0].equals("mkv") ? "ts" : way[0];
            add(MediaCase.of("cut by copy", String.join(" ", way) + ", " + rate, scene, () -> {
                        byte[] whole = make(
                                cutAs,
                                scene.picture() + yuv() + " -c:v libx264 -preset veryfast -qp 6 -threads 1 -x264opts "
                                        + "keyint=12:min-keyint=12:scenecut=0:bframes=2:b-adapt=0"
                                        + (open ? ":open-gop=1" : ""));
                        byte[] cut = remuxed(whole, cutAs, "-ss " + first / rate.perSecond(), "");
                        return cutAs.equals(way[0]) ? cut : remuxed(cut, way[0], "", "");
                    })
                    .showing((scene.frames() - first) / rate.perSecond(), shown));
        }
    }

    /**
     * AVI has its frames in the order in which they are decoded, and one time for each place. Encoders put the first frame and
     * the first sound at its beginning; ffmpeg shows a frame when its decoder hands it out, which is later where it reorders.
     */
    private void framesWithoutTimes(int times) {
        String h264 = X264 + "-x264opts b-adapt=0:bframes=";
        Turns<String> ways = turns(
                h264 + "1",
                h264 + "2",
                h264 + "4:b-pyramid=normal",
                " -c:v mpeg4 -q:v 1 -bf 1 ",
                " -c:v mpeg4 -q:v 1 -bf 3 ");
        Turns<FrameRate> rates = turns(rate(25), rate(24), rate(30), NTSC, rate(50));
        for (int i = 0; i < ways.times(times); i++) {
            String encoder = ways.next();
            Scene scene = scene(rates.next(), seconds());
            MediaCase reordered = MediaCase.of(
                            "frames without times",
                            scene.rate() + encoder,
                            scene,
                            () -> make("avi", scene.picture() + scene.sound() + yuv() + encoder + " -c:a pcm_s16le "))
                    .withSound();
            add(scene.rate().perSecond() > 32 ? reordered.at(rate(25), 2) : reordered);
        }
    }

    private void clockJumps(int times) {
        Turns<String> jumps =
                turns("ts 0", "ts 66", "ts 3000", "mpg 0", "ts 0 without sound", "ts 15", "ts -5", "mkv 0", "webm 0");
        for (int i = 0; i < jumps.times(times); i++) {
            String jump = jumps.next();
            String container = jump.split(" ")[0];
            int by = Integer.parseInt(jump.split(" ")[1]);
            boolean silent = jump.endsWith("sound");
            Scene first = scene(rate(i % 2 == 0 ? 25 : 30), seconds());
            Scene second = first.numberedFrom(first.frames());
            Scene third = first.numberedFrom(2 * first.frames());
            // ffmpeg reads no more than two Matroska files that are joined.
            boolean three = i % 3 == 1 && container.equals("ts");
            MediaCase joined = MediaCase.of("clock jumps", jump + (three ? ", twice" : ""), first, () -> {
                        byte[] one = part(first, container, silent, by < 0 ? -by : 0);
                        byte[] two = part(second, container, silent, by < 0 ? 0 : by);
                        return three ? joined(one, two, part(third, container, silent, 2 * by)) : joined(one, two);
                    })
                    .followedBy(second, 0)
                    .uneven()
                    .warning("gap_closed");
            if (three) {
                joined.followedBy(third, 0);
            }
            // Where the sound of a part is longer than its picture, the next part begins after the sound.
            joined.within(three ? 4 : 2);
            add(silent ? joined : joined.withSoundOfParts(three ? 3 : 2));
        }
    }

    /** One time of the sound is wrong, and those behind it are right: the picture continues, and so does the sound in the end. */
    private void soundClockDamaged(int times) {
        Turns<String> damages = turns("ts 100", "ts -20", "ts 4", "ts -3", "vob 100", "vob 4", "ts 3000");
        for (int i = 0; i < damages.times(times); i++) {
            String[] damage = damages.next().split(" ");
            double by = Double.parseDouble(damage[1]);
            Scene scene = scene(rate(i % 2 == 0 ? 25 : 30), 3);
            boolean far = Math.abs(by) > PacketTimes.JUMP_AHEAD;
            MediaCase damaged = MediaCase.of(
                    "damaged clock of the sound",
                    damage[0] + " by " + by + " s",
                    scene,
                    () -> Boxes.withSoundTime(
                            make(
                                    damage[0],
                                    scene.picture() + scene.sound() + video("ts") + " -c:a mp2 -output_ts_offset 30"),
                            by));
            damaged.sound = true;
            add(far ? damaged.withSound().warning("gap_closed") : damaged);
        }
    }

    private byte[] part(Scene scene, String container, boolean silent, double start) {
        return make(
                container,
                scene.picture() + (silent ? "" : scene.sound()) + codecs(container) + " -output_ts_offset " + start);
    }

    private void stills(int times) {
        Turns<String> containers = turns("mp4", "mkv", "mov", "webm", "avi", "ts");
        for (int i = 0; i < containers.times(times); i++) {
            String container = containers.next();
            int each = 2 + random.nextInt(9);
            // A transport stream does not say how long its last picture is shown, an AVI file has no single picture.
            int pictures = container.equals("ts") ? 5 : container.equals("avi") ? 3 : 1 + random.nextInt(3);
            Scene scene = scene(new FrameRate(1, each), pictures * each);
            boolean sound = random.nextBoolean();
            MediaCase still = MediaCase.of(
                            "stills and slides",
                            container + ", " + pictures + " of " + each + " s" + (sound ? " with sound" : ""),
                            scene,
                            () -> make(
                                    container,
                                    scene.picture()
                                            + (sound ? "-f lavfi -i sine=duration=" + pictures * each + " " : "")
                                            + codecs(container)))
                    .at(null, 0);
            if (container.equals("ts")) {
                still.within(each * 30);
            }
            still.sound = sound;
            add(still);
        }
    }

    private void browserRecordings(int times) {
        Turns<String> recorders = turns(
                "webm" + VP8 + "-live 1",
                "webm" + VP9 + "-live 1",
                "mkv" + X264 + "-live 1",
                "mp4" + X264 + "-movflags frag_keyframe+empty_moov+default_base_moof",
                "mp4" + X264 + "-movflags frag_every_frame+empty_moov");
        Turns<FrameRate> rates = turns(rate(30), rate(24), rate(15));
        for (int i = 0; i < recorders.times(times); i++) {
            String[] recorder = recorders.next().split(" ", 2);
            Scene scene = scene(rates.next(), seconds());
            boolean sound = i % 2 == 0;
            MediaCase recording = MediaCase.of(
                    "browser recordings",
                    recorder[0] + " " + recorder[1].strip().split(" ")[1] + (sound ? " with sound" : ""),
                    scene,
                    () -> make(
                            recorder[0],
                            scene.picture() + (sound ? scene.sound() : "") + yuv() + " " + recorder[1]
                                    + (recorder[0].equals("mp4") ? AAC : " -c:a libopus ")));
            add(sound ? recording.withSound() : recording);
        }
    }

    private void lyingLengths(int times) {
        Turns<String> lies = turns(
                "mp4 unknown",
                "mp4 last frame",
                "mov too long",
                "mkv too long",
                "mkv too short",
                "flv too long",
                "avi too long",
                "fragmented mp4 unknown");
        for (int i = 0; i < lies.times(times); i++) {
            String lie = lies.next();
            String container = lie.startsWith("fragmented") ? "mp4" : lie.split(" ")[0];
            Scene scene = scene(rate(i % 2 == 0 ? 25 : 30), seconds());
            boolean sound = i % 2 == 0 && !lie.equals("mp4 last frame");
            // So that the table of the frames' lengths names the last one alone.
            String alone = "settb=1/90000,setpts='(N+0.1*eq(N," + (scene.frames() - 1) + "))*90000/"
                    + scene.rate().frames() + "',";
            MediaCase lying = MediaCase.of("lengths that lie", lie, scene, () -> {
                String input = scene.picture() + (sound ? scene.sound() : "");
                byte[] file = lie.equals("mp4 last frame")
                        ? make(
                                "mp4",
                                input + filtered(alone) + X264
                                        + "-fps_mode vfr -enc_time_base 1/90000 -video_track_timescale 90000")
                        : make(
                                container,
                                input
                                        + codecs(container)
                                        + (lie.startsWith("fragmented") ? " -movflags frag_keyframe+empty_moov" : ""));
                switch (lie) {
                    case "mp4 unknown", "fragmented mp4 unknown" -> {
                        for (String box : List.of("mvhd", "tkhd", "mdhd")) {
                            Boxes.setDurations(file, box, -1);
                        }
                    }
                    case "mov too long" -> {
                        for (String box : List.of("mvhd", "tkhd", "mdhd")) {
                            Boxes.setDurations(file, box, 0x7fffff00);
                        }
                    }
                    case "mp4 last frame" -> Boxes.setLastFrame(file, 3000 * 90_000);
                    case "mkv too long" -> file = Boxes.withMatroskaDuration(file, 700_000);
                    case "mkv too short" -> file = Boxes.withMatroskaDuration(file, 300);
                    case "flv too long" -> file = Boxes.withFlvDuration(file, 5_000);
                    default -> file = Boxes.withAviFrames(file, 400);
                }
                return file;
            });
            add(sound ? lying.withSound() : lying);
        }
    }

    private void longerSound(int times) {
        Turns<String> containers = turns("mkv", "mp4", "ts", "avi", "mov", "webm", "flv", "mpg", "asf");
        for (int i = 0; i < containers.times(times); i++) {
            String container = containers.next();
            Scene scene = scene(rate(i % 2 == 0 ? 25 : 30), seconds());
            boolean shorter = i % 3 == 2;
            double end = shorter ? 1.0 : 3 * scene.seconds();
            add(MediaCase.of(
                            "sound of another length",
                            container + (shorter ? ", shorter" : ", longer"),
                            scene,
                            () -> make(container, scene.picture() + scene.sound(0, end) + codecs(container)))
                    .withSound(0, end));
        }
    }

    private void variableRate(int times) {
        Turns<String> ways = turns("still, then motion", "motion, then still", "every 7th missing", "jitter", UNEVEN);
        Turns<String> containers = turns("mp4", "mkv", "mov");
        Turns<FrameRate> rates = turns(rate(30), rate(25), rate(24));
        for (int i = 0; i < ways.times(times); i++) {
            String way = ways.next();
            if (way.equals(UNEVEN)) {
                uneven();
                continue;
            }
            String container = containers.next();
            FrameRate rate = rates.next();
            int second = (int) rate.frames();
            Scene scene = scene(rate, 5);
            String select =
                    switch (way) {
                        case "still, then motion" -> "not(n)+gte(n\\," + 3 * second + ")";
                        case "motion, then still" -> "lt(n\\," + 2 * second + ")+eq(n\\," + (5 * second - 1) + ")";
                        default -> "mod(n\\,7)";
                    };
            List<MediaCase.Shown> shown = new ArrayList<>();
            for (int n = 0; n < scene.frames(); n++) {
                boolean kept =
                        switch (way) {
                            case "still, then motion" -> n == 0 || n >= 3 * second;
                            case "motion, then still" -> n < 2 * second || n == 5 * second - 1;
                            case "every 7th missing" -> n % 7 != 0;
                            default -> true;
                        };
                if (kept) {
                    shown.add(new MediaCase.Shown(n / rate.perSecond(), n));
                }
            }
            // What begins later than at 0 begins at 0 in the result, and frames may be missing at the end as well.
            double first = shown.get(0).from();
            double end = (shown.get(shown.size() - 1).number() + 1) / rate.perSecond();
            List<MediaCase.Shown> moved = shown.stream()
                    .map(each -> new MediaCase.Shown(each.from() - first, each.number()))
                    .toList();
            String filter = way.equals("jitter")
                    ? "settb=1/90000,setpts='(N+0.35*random(1))/" + second + "/TB',"
                    : "select='" + select + "',";
            add(MediaCase.of(
                            "variable rate",
                            container + " " + second + ", " + way,
                            scene,
                            () -> make(
                                    container,
                                    scene.picture() + filtered(filter) + X264
                                            + "-fps_mode vfr -enc_time_base 1/90000 -video_track_timescale 90000"))
                    .showing(end - first, moved)
                    .uneven());
        }
    }

    /** As browsers record: the times of frames are those at which they came, in milliseconds, and have no rate. */
    private void uneven() {
        Scene scene = scene(rate(26), 4);
        List<MediaCase.Shown> shown = new ArrayList<>();
        for (int n = 0; n < scene.frames(); n++) {
            int millis = n / 4 * 153 + n % 4 * 30 + (n % 4 == 3 ? 3 : 0);
            shown.add(new MediaCase.Shown(millis / 1000.0, n));
        }
        String times = "settb=1/1000,setpts='floor(N/4)*153+30*mod(N,4)+3*eq(mod(N,4),3)',";
        add(MediaCase.of(
                        "variable rate",
                        "webm, " + UNEVEN,
                        scene,
                        () -> make(
                                "webm",
                                scene.picture() + filtered(times) + VP8
                                        + "-fps_mode passthrough -enc_time_base 1/1000")))
                .showing(shown.get(shown.size() - 1).from() + 0.03, shown)
                .at(rate(30), 0);
    }

    private void fastRates(int times) {
        List<String> all = List.of("50", "48", "60000/1001", "60", "100", "120", "240");
        List<FrameRate> halved = List.of(rate(25), rate(24), NTSC, rate(30), rate(25), rate(30), rate(30));
        List<Integer> steps = List.of(2, 2, 2, 2, 4, 4, 8);
        Turns<Integer> places = turns(0, 1, 2, 3, 4, 5, 6);
        Turns<String> containers = turns("mp4", "mkv", "mov", "ts", "webm");
        for (int i = 0; i < places.times(times); i++) {
            int place = places.next();
            String container = containers.next();
            String[] fraction = all.get(place).split("/");
            Scene scene =
                    scene("160x90", new FrameRate(Long.parseLong(fraction[0]), fraction.length > 1 ? 1001 : 1), 2);
            add(MediaCase.of(
                            "fast rates",
                            container + ", " + all.get(place),
                            scene,
                            () -> make(container, scene.picture() + scene.sound() + codecs(container)))
                    .at(halved.get(place), steps.get(place))
                    .withSound());
        }
    }

    private void ordinaryRates(int times) {
        Turns<FrameRate> rates =
                turns(rate(24), rate(25), NTSC, rate(30), FILM, rate(15), rate(12), rate(20), new FrameRate(25, 2));
        Turns<String> containers = turns("mkv", "mp4", "ts", "webm", "avi", "mov", "flv", "asf");
        for (int i = 0; i < rates.times(times); i++) {
            Scene scene = scene(rates.next(), seconds());
            String container = containers.next();
            add(MediaCase.of(
                            "rates that stay",
                            container + ", " + scene.rate(),
                            scene,
                            () -> make(container, scene.picture() + scene.sound() + codecs(container)))
                    .withSound());
        }
    }

    private void tinyClips(int times) {
        Turns<Integer> lengths = turns(1, 2, 3, 5);
        Turns<String> containers = turns("mp4", "mkv", "ts", "webm", "mov");
        for (int i = 0; i < lengths.times(times); i++) {
            int frames = lengths.next();
            String container = containers.next();
            Scene scene = scene(rate(25), frames / 25.0);
            add(MediaCase.of(
                            "tiny clips",
                            container + " of " + frames + (frames == 1 ? " frame" : " frames"),
                            scene,
                            () -> make(container, scene.picture() + video(container)))
                    .uneven()
                    .at(null, 0));
        }
    }

    /** Whole frames at most rates. */
    private double seconds() {
        return 2 + random.nextInt(2);
    }
}
