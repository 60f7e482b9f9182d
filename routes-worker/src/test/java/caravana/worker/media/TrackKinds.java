package caravana.worker.media;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Files with several tracks, of which one of each type must be chosen, and with tracks that nobody can use. */
final class TrackKinds extends MediaKind {

    /** Numbers from here on are those of a picture that must not be shown. */
    private static final int WRONG = 2048;

    /** Replaces every byte of the first sound track. */
    private static final String DAMAGE = " -bsf:a:0 noise=amount=1 ";

    /** Replaces every byte of some of its packets. */
    private static final String DAMAGED_PLACE = " -bsf:a:0 noise=amount='between(n,70,74)' ";

    private static final String LONGER = "damaged at one place and longer than the picture, mkv";

    TrackKinds(Path folder, Random random, List<MediaCase> cases) {
        super(folder, random, cases);
    }

    void all(int times) {
        severalPictures(times);
        soundTracks(times);
        soundThatCannotBeDecoded(times);
        soundFormats(times);
        unusedTracks(times);
    }

    private void severalPictures(int times) {
        Turns<String> ways = turns(
                "default flag second, mkv",
                "larger second, ts",
                "one JPEG first, mkv",
                "one JPEG first, mov",
                "cover, mp4",
                "proxy first, mov",
                "default flag second, mp4",
                "larger first but without the flag, mkv",
                "thumbnails every second first, mkv");
        for (int i = 0; i < ways.times(times); i++) {
            String way = ways.next();
            String container = way.substring(way.lastIndexOf(' ') + 1);
            FrameRate rate = rate(i % 2 == 0 ? 30 : 25);
            Scene wanted = scene("640x360", rate, 2);
            Scene smaller = scene("160x90", rate, 2).numberedFrom(WRONG);
            Scene larger = scene("1280x720", rate, 2).numberedFrom(WRONG);
            Scene single = scene("1280x720", rate(1), 1).numberedFrom(WRONG);
            Scene thumbnails = scene("1280x720", rate(1), 2).numberedFrom(WRONG);
            String jpeg = " -c:v:0 mjpeg -q:v:0 2 -c:v:1 libx264 -preset:v:1 ultrafast -qp:v:1 6 -threads 1 ";
            MediaCase several = MediaCase.of("several pictures", way, wanted, () -> switch (way.substring(
                            0, way.lastIndexOf(','))) {
                        case "default flag second" ->
                            make(
                                    container,
                                    smaller.picture() + wanted.picture() + wanted.sound()
                                            + "-map 0 -map 1 -map 2 " + yuv() + X264 + audio(container)
                                            + " -disposition:v:0 0 -disposition:v:1 default");
                        case "larger second", "proxy first" ->
                            make(
                                    container,
                                    smaller.picture() + wanted.picture() + wanted.sound() + "-map 0 -map 1 -map 2 "
                                            + yuv() + X264 + audio(container)
                                            + " -disposition:v:0 default -disposition:v:1 default");
                        case "one JPEG first" ->
                            make(
                                    container,
                                    single.picture() + wanted.picture() + wanted.sound()
                                            + "-map 0 -map 1 -map 2 -filter:v:0 " + jpegYuv() + " -filter:v:1 " + YUV
                                            + jpeg + audio(container));
                        case "cover" ->
                            make(
                                    container,
                                    wanted.picture() + single.picture() + wanted.sound()
                                            + "-map 1 -map 0 -map 2 -filter:v:0 " + jpegYuv() + " -filter:v:1 " + YUV
                                            + jpeg + audio(container) + " -disposition:v:0 attached_pic");
                        case "larger first but without the flag" ->
                            make(
                                    container,
                                    larger.picture() + wanted.picture() + wanted.sound()
                                            + "-map 0 -map 1 -map 2 " + yuv() + X264 + audio(container)
                                            + " -disposition:v:0 0 -disposition:v:1 default");
                        default ->
                            make(
                                    container,
                                    thumbnails.picture() + wanted.picture() + wanted.sound()
                                            + "-map 0 -map 1 -map 2 -filter:v:0 " + jpegYuv() + " -filter:v:1 " + YUV
                                            + jpeg + audio(container) + " -disposition:v:0 0 -disposition:v:1 default");
                    })
                    .withSound();
            if (!way.startsWith("cover")) {
                several.warning("tracks_dropped");
            }
            add(several);
        }
    }

    private static String jpegYuv() {
        return "scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p";
    }

    private void soundTracks(int times) {
        Turns<String> ways = turns(
                "8 mono tracks and timecode, mov",
                "centre of 5.1, mkv",
                "right channel only, mp4",
                "quiet track second, mkv",
                "7.1, mov",
                "16 mono tracks, mov",
                "5.1 AC-3, ts",
                "default flag second, mkv");
        for (int i = 0; i < ways.times(times); i++) {
            String way = ways.next();
            String container = way.substring(way.lastIndexOf(' ') + 1);
            Scene scene = scene(rate(i % 2 == 0 ? 25 : 30), 2);
            MediaCase tracks = MediaCase.of("sound tracks", way, scene, () -> {
                        String input = scene.picture() + scene.sound();
                        String filter = "-filter_complex [0:v]" + YUV + "[v];[1:a]";
                        return switch (way.substring(0, way.lastIndexOf(','))) {
                            case "8 mono tracks and timecode" ->
                                make(
                                        container,
                                        input + "-map 0" + " -map 1".repeat(8) + " " + yuv() + X264
                                                + "-c:a pcm_s16le -ac 1 -timecode 01:00:00:00");
                            case "16 mono tracks" ->
                                make(
                                        container,
                                        input + "-map 0" + " -map 1".repeat(16) + " " + yuv() + X264
                                                + "-c:a pcm_s24le -ac 1");
                            case "centre of 5.1" ->
                                make(container, input + filter + "pan=5.1|FC=c0[a] -map [v] -map [a] " + X264 + AAC);
                            case "5.1 AC-3" ->
                                make(
                                        container,
                                        input + filter + "pan=5.1(side)|FC=c0[a] -map [v] -map [a] " + X264
                                                + "-c:a ac3 ");
                            case "right channel only" ->
                                make(container, input + filter + "pan=stereo|FR=c0[a] -map [v] -map [a] " + X264 + AAC);
                            case "7.1" ->
                                make(
                                        container,
                                        input + filter + "pan=7.1|SL=c0|FC=c0[a] -map [v] -map [a] " + X264
                                                + "-c:a pcm_s16le ");
                            default ->
                                make(
                                        container,
                                        input + "-f lavfi -i anullsrc=r=48000:cl=mono:d=2 -map 0 -map 1 -map 2 " + yuv()
                                                + X264 + AAC
                                                + (way.startsWith("default") ? "-disposition:a:0 default" : ""));
                        };
                    })
                    .withSound();
            if (way.matches(".*(mono tracks|second).*")) {
                tracks.warning("tracks_dropped");
            }
            add(tracks);
        }
    }

    private void soundThatCannotBeDecoded(int times) {
        Turns<String> ways = turns(
                "unknown first, mov",
                "only an unknown one, mov",
                "no samples, mp4",
                "no samples first, mov",
                "damaged AAC, mp4",
                "damaged AC-3, mkv",
                "no samples, mkv",
                "damaged first, mkv",
                LONGER);
        for (int i = 0; i < ways.times(times); i++) {
            String way = ways.next();
            String container = way.substring(way.lastIndexOf(' ') + 1);
            Scene scene = scene(rate(i % 2 == 0 ? 25 : 30), 2);
            String input = "-map 0 -map 1 ";
            MediaCase odd = MediaCase.of("sound that cannot be decoded", way, scene, () -> switch (way.substring(
                    0, way.lastIndexOf(','))) {
                case "unknown first" ->
                    Boxes.renamed(
                            make(
                                    container,
                                    scene.picture() + scene.sound() + input + "-map 1 " + yuv() + X264
                                            + "-c:a:0 pcm_s16le -c:a:1 aac"),
                            "sowt",
                            "apac");
                case "only an unknown one" ->
                    Boxes.renamed(
                            make(container, scene.picture() + scene.sound() + yuv() + X264 + "-c:a pcm_s16le"),
                            "sowt",
                            "apac");
                case "no samples" ->
                    container.equals("mkv")
                            ? make(container, scene.picture() + scene.sound(0, 0) + input + yuv() + X264 + AAC)
                            : Boxes.withoutSamples(
                                    make(container, scene.picture() + scene.sound() + input + yuv() + X264 + AAC), 1);
                case "no samples first" ->
                    Boxes.withoutSamples(
                            make(container, scene.picture() + scene.sound() + input + "-map 1 " + yuv() + X264 + AAC),
                            1);
                case "damaged AAC" -> make(container, scene.picture() + scene.sound() + yuv() + X264 + AAC + DAMAGE);
                case "damaged at one place and longer than the picture" ->
                    make(container, scene.picture() + scene.sound(0, 6) + yuv() + X264 + AAC + DAMAGED_PLACE);
                case "damaged AC-3" ->
                    make(container, scene.picture() + scene.sound() + yuv() + X264 + "-c:a ac3" + DAMAGE);
                default ->
                    make(
                            container,
                            scene.picture() + scene.sound() + input + "-map 1 " + yuv() + X264 + "-c:a:0 ac3 -c:a:1 aac"
                                    + DAMAGE);
            });
            if (way.equals(LONGER)) {
                odd.sound = true;
                odd.warning("audio_damaged").warning("duration_corrected");
            } else if (way.contains("first")) {
                odd.withSound();
                if (!way.startsWith("no samples")) {
                    odd.warning("audio_track_skipped");
                }
            } else if (!way.startsWith("no samples")) {
                odd.warning("audio_dropped");
            }
            add(odd);
        }
    }

    private void soundFormats(int times) {
        Turns<String> ways = turns(
                "mp4 aac",
                "mkv libopus",
                "mkv flac",
                "mov alac",
                "mp4 libmp3lame",
                "mkv eac3",
                "avi pcm_s16le",
                "mov pcm_s24be",
                "mkv libvorbis",
                "avi adpcm_ms",
                "mov pcm_mulaw",
                "asf wmav1",
                "ts mp2",
                "flv nellymoser",
                "mkv dca",
                "mkv truehd",
                "mov adpcm_ima_qt",
                "mkv pcm_f32le",
                "flv libspeex",
                "avi ac3",
                "mkv wavpack",
                "mkv tta",
                "mkv mlp",
                "ts s302m");
        Turns<Integer> samples = turns(48_000, 44_100);
        for (int i = 0; i < ways.times(times); i++) {
            String[] way = ways.next().split(" ");
            int rate =
                    switch (way[1]) {
                        case "libopus", "s302m" -> 48_000;
                        case "nellymoser" -> 22_050;
                        case "libspeex" -> 16_000;
                        default -> samples.next();
                    };
            Scene scene = scene(rate(i % 2 == 0 ? 25 : 30), 2);
            boolean experimental = way[1].matches("dca|truehd|mlp|s302m");
            add(MediaCase.of(
                            "sound formats",
                            way[0] + " " + way[1] + " " + rate,
                            scene,
                            () -> make(
                                    way[0],
                                    scene.picture() + scene.sound() + video(way[0]) + " -c:a " + way[1] + " -ar " + rate
                                            + (experimental ? " -strict -2" : "")
                                            + (way[1].equals("s302m") ? " -ac 2" : "")))
                    .withSound());
        }
    }

    private void unusedTracks(int times) {
        Turns<String> ways = turns(
                "40 subtitles, mkv",
                "attachments, mkv",
                "timecode and chapters, mov",
                "subtitles first, mp4",
                "data, ts",
                "chapters, mp4",
                "attachments and subtitles, webm");
        for (int i = 0; i < ways.times(times); i++) {
            String way = ways.next();
            String container = way.substring(way.lastIndexOf(' ') + 1);
            Scene scene = scene(rate(i % 2 == 0 ? 25 : 30), 2);
            add(MediaCase.of("tracks that are not used", way, scene, () -> {
                        Path text = write(
                                "text.srt",
                                "1\n00:00:00,000 --> 00:00:02,000\nHello\n".getBytes(StandardCharsets.UTF_8));
                        Path chapters = write(
                                "chapters.txt",
                                (";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=One\n"
                                                + "[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=9000\ntitle=Two\n")
                                        .getBytes(StandardCharsets.UTF_8));
                        Path attached = write("font.ttf", new byte[5_000]);
                        String input = scene.picture() + scene.sound();
                        String output = yuv() + (container.equals("webm") ? VP8 : X264) + audio(container);
                        String attach = " -attach " + attached + " -metadata:s:t mimetype=font/ttf ";
                        return switch (way.substring(0, way.lastIndexOf(','))) {
                            case "40 subtitles" ->
                                make(
                                        container,
                                        input + "-i " + text + " -map 0 -map 1" + " -map 2".repeat(40) + " " + output);
                            case "attachments" -> make(container, input + output + attach + attach);
                            case "timecode and chapters" ->
                                make(
                                        container,
                                        input + "-i " + chapters + " -map_metadata 2 " + output
                                                + "-timecode 00:59:58:00");
                            case "subtitles first" ->
                                make(
                                        container,
                                        input + "-i " + text + " -map 2 -map 0 -map 1 " + output + "-c:s mov_text");
                            case "chapters" -> make(container, input + "-i " + chapters + " -map_metadata 2 " + output);
                            case "data" ->
                                make(
                                        container,
                                        input + "-f data -i " + attached + " -map 0 -map 1 -map 2 " + output
                                                + "-c:d copy -tag:d KLVA");
                            default ->
                                make(
                                        container,
                                        input + "-i " + text + " -map 0 -map 1 -map 2 " + output + "-c:s webvtt");
                        };
                    })
                    .withSound());
        }
    }
}
