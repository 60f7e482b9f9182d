package caravana.worker.media;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Odd, broken and hostile files, each made again, with the verdict that each has to get. */
final class MediaFiles {

    /** Verdict of a file that becomes a clip as long as planned. */
    static final String PROCESSED = "processed";

    /** Verdict of a file that becomes a clip as far as it goes. */
    static final String TRUNCATED = "processed, truncated";

    /** Verdict of a file of which only an orderly end can be expected. */
    static final String ANY = "any";

    /**
     * A file and its verdict.
     *
     * @param file makes the file
     * @param verdict one of the above, or the code with which it fails
     */
    record Case(String name, Supplier<byte[]> file, String verdict) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static final String PICTURE = "-f lavfi -i testsrc2=size=%s:rate=%s:duration=%s ";
    private static final String TONE = "-f lavfi -i sine=frequency=440:duration=%s ";
    private static final String H264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p ";

    private final Path folder;
    private final Map<String, Case> cases = new LinkedHashMap<>();

    private MediaFiles(Path folder) {
        this.folder = folder;
    }

    /**
     * All files; each is made when it is wanted.
     *
     * @param url an address that no file may make the worker call
     * @param secret a file that no file may make the worker read
     */
    static List<Case> all(Path folder, String url, Path secret) throws IOException {
        MediaFiles files = new MediaFiles(folder);
        files.shapes();
        files.containersAndCodecs();
        files.streams();
        files.endsEarly();
        files.overTheLimits();
        files.noVideo();
        files.pointsElsewhere(url, secret);
        files.broken();
        return new ArrayList<>(files.cases.values());
    }

    private void shapes() {
        for (String size : List.of("1920x1080", "640x480", "2560x1080", "1080x1920", "720x720", "128x96")) {
            made("shape " + size, "mp4", picture(size, "30", "3") + H264, PROCESSED);
        }
        Supplier<byte[]> upright = made("upright.mp4", picture("640x360", "30", "3") + H264);
        add("rotated by its metadata", () -> Boxes.turned(upright.get(), 90), PROCESSED);
        made(
                "odd size",
                "mp4",
                picture("333x251", "30", "3") + "-c:v libx264 -preset ultrafast -pix_fmt yuv444p",
                PROCESSED);
        made(
                "pixels that are not square",
                "mp4",
                picture("720x576", "25", "3") + "-vf setsar=64/45 " + H264,
                PROCESSED);
        made(
                "ten bits",
                "mp4",
                picture("640x360", "30", "3") + "-c:v libx264 -preset ultrafast -pix_fmt yuv420p10le",
                PROCESSED);
        made(
                "variable frame rate",
                "mp4",
                picture("640x360", "30", "4") + "-vf select='not(mod(n\\,7))+gt(n\\,60)' -vsync vfr " + H264,
                PROCESSED);
        made("60 frames a second", "mp4", picture("640x360", "60", "3") + H264, PROCESSED);
        made("5 frames a second", "mp4", picture("640x360", "5", "4") + H264, PROCESSED);
        made("29.97 frames a second", "mp4", picture("640x360", "30000/1001", "3") + H264, PROCESSED);
        made("shorter than the cards", "mp4", picture("640x360", "30", "0.4") + H264, PROCESSED);
        made("three frames", "mp4", picture("640x360", "30", "0.1") + H264, PROCESSED);
        made("longer than the cut", "mp4", picture("320x240", "10", "40") + H264, PROCESSED);
        made("all black", "mp4", "-f lavfi -i color=black:size=640x360:rate=30:duration=3 " + H264, PROCESSED);
    }

    private void containersAndCodecs() {
        made(
                "WebM, VP9",
                "webm",
                picture("320x240", "15", "3") + "-c:v libvpx-vp9 -deadline realtime -cpu-used 8",
                PROCESSED);
        made(
                "WebM, VP8",
                "webm",
                picture("320x240", "15", "3") + "-c:v libvpx -deadline realtime -cpu-used 8",
                PROCESSED);
        made("Matroska", "mkv", picture("640x360", "30", "3") + H264, PROCESSED);
        made("AVI, MPEG-4", "avi", picture("640x360", "25", "3") + "-c:v mpeg4", PROCESSED);
        made("MPEG-TS", "ts", picture("640x360", "30", "3") + H264, PROCESSED);
        made("MPEG program stream", "mpg", picture("640x360", "25", "3") + "-c:v mpeg2video", PROCESSED);
        made("FLV", "flv", picture("640x360", "30", "3") + "-c:v flv1", PROCESSED);
        made("QuickTime, ProRes", "mov", picture("640x360", "30", "3") + "-c:v prores", PROCESSED);
        made(
                "HEVC",
                "mp4",
                picture("320x240", "15", "3") + "-c:v libx265 -preset ultrafast -x265-params log-level=error",
                PROCESSED);
        made("WMV", "asf", picture("640x360", "25", "3") + "-c:v wmv2", PROCESSED);
    }

    private void streams() {
        made("with sound", "mp4", picture("640x360", "30", "3") + tone("3") + H264 + "-c:a aac", PROCESSED);
        made(
                "sound longer than picture",
                "mp4",
                picture("640x360", "30", "2") + tone("9") + H264 + "-c:a aac",
                PROCESSED);
        made(
                "picture longer than sound",
                "mp4",
                picture("640x360", "30", "4") + tone("1") + H264 + "-c:a aac",
                PROCESSED);
        made(
                "two pictures",
                "mp4",
                picture("640x360", "30", "3") + picture("320x240", "30", "3") + "-map 0 -map 1 " + H264,
                PROCESSED);
        Path subtitles =
                write("subtitles.srt", "1\n00:00:00,000 --> 00:00:02,000\nHello\n".getBytes(StandardCharsets.UTF_8));
        made(
                "with subtitles",
                "mp4",
                picture("640x360", "30", "3") + "-i " + subtitles + " " + H264 + "-c:s mov_text",
                PROCESSED);
    }

    private void endsEarly() throws IOException {
        Supplier<byte[]> front = made("front.mp4", picture("640x360", "30", "8") + H264 + "-g 15 -movflags +faststart");
        add("cut off at 60 %, index in front", () -> part(front.get(), 0.6), TRUNCATED);
        Supplier<byte[]> mkv = made("cut.mkv", picture("640x360", "30", "8") + H264 + "-g 15");
        add("Matroska cut off at 60 %", () -> part(mkv.get(), 0.6), TRUNCATED);
        Supplier<byte[]> avi = made("cut.avi", picture("640x360", "25", "8") + "-c:v mpeg4 -g 15");
        // Its length is worked out from its bytes, so that nothing is missing; the same below.
        add("AVI cut off at 60 %", () -> part(avi.get(), 0.6), PROCESSED);
        Supplier<byte[]> ts = made("cut.ts", picture("640x360", "30", "8") + H264 + "-g 15");
        add("MPEG-TS cut off at 60 %", () -> part(ts.get(), 0.6), PROCESSED);
        Supplier<byte[]> back = made("back.mp4", picture("640x360", "30", "8") + H264);
        add("cut off at 60 %, index lost", () -> part(back.get(), 0.6), "not_a_video");
        add("cut off after its index", () -> upToItsMedia(front.get()), "undecodable");
    }

    private static byte[] upToItsMedia(byte[] mp4) {
        return Arrays.copyOf(mp4, index(mp4));
    }

    /** Where the media data begin in a file with its index in front. */
    private static int index(byte[] mp4) {
        return new String(mp4, StandardCharsets.ISO_8859_1).indexOf("mdat") + 8;
    }

    private void overTheLimits() throws IOException {
        made("longer than an hour", "mp4", picture("64x48", "1", "3605") + H264, "too_long");
        made("larger than 4096×2304", "mp4", picture("4352x2448", "5", "0.4") + H264, "resolution_too_high");
        made("higher than it may be wide", "mp4", picture("2400x4096", "5", "0.4") + H264, "resolution_too_high");
        made("120 frames a second", "mp4", picture("320x240", "120", "2") + H264, PROCESSED);
        made("300 frames a second", "mp4", picture("320x240", "300", "2") + H264, "frame_rate_too_high");
        made(
                "33 tracks",
                "mkv",
                picture("320x240", "30", "2") + tone("2") + "-map 0" + " -map 1".repeat(32) + " " + H264 + "-c:a mp2",
                "too_many_streams");
        made(
                "a thousand tracks",
                "mkv",
                picture("128x96", "5", "1") + tone("1") + "-map 0" + " -map 1".repeat(990) + " " + H264
                        + "-c:a pcm_u8 -ar 8000",
                "too_many_streams");
        String hdr =
                "-c:v libx264 -preset ultrafast -pix_fmt yuv420p10le -color_primaries bt2020 -colorspace bt2020nc -color_trc ";
        made("HDR, PQ", "mp4", picture("640x360", "30", "2") + hdr + "smpte2084", PROCESSED);
        made("HDR, HLG", "mp4", picture("640x360", "30", "2") + hdr + "arib-std-b67", PROCESSED);
        made("a codec that is not decoded", "mov", picture("320x240", "30", "2") + "-c:v svq1", "codec_unsupported");
        made(
                "a bomb: PNG pictures of 12,000×8,000",
                "mov",
                "-f lavfi -i color=black:size=12000x8000:rate=1:duration=1 -c:v png",
                "codec_unsupported");
        Supplier<byte[]> absurd = made("absurd.avi", picture("320x240", "30", "2") + "-c:v mjpeg");
        add("JPEG pictures that say they are 65,000×65,000", () -> withAbsurdSize(absurd.get()), "undecodable");
    }

    /** The frame header of each picture: marker, length, precision, height and width. */
    private static byte[] withAbsurdSize(byte[] jpegs) {
        byte[] patched = jpegs.clone();
        for (int i = 0; i + 9 < patched.length; i++) {
            if ((patched[i] & 0xff) == 0xff && (patched[i + 1] & 0xff) == 0xc0 && patched[i + 2] == 0) {
                Arrays.fill(patched, i + 5, i + 9, (byte) 0xfd);
            }
        }
        return patched;
    }

    private void noVideo() throws IOException {
        text("nothing at all", "");
        text("a text named .mp4", "This is a text.".repeat(500));
        byte[] noise = new byte[300_000];
        new Random(7).nextBytes(noise);
        add("noise", () -> noise, "not_a_video");
        text("a web page", "<!doctype html><html><body>Hello</body></html>");
        ByteArrayOutputStream zip = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(zip)) {
            out.putNextEntry(new ZipEntry("a.mp4"));
            out.write(new byte[5_000_000]);
        }
        add("an archive", zip::toByteArray, "not_a_video");
        made("a picture", "png", "-f lavfi -i testsrc2=size=320x240:rate=1:duration=1 -frames:v 1", "not_a_video");
        made("an animated GIF", "gif", picture("160x120", "5", "2"), PROCESSED);
        made("sound only", "m4a", tone("3") + "-c:a aac", "no_video_stream");
        made("MP3", "mp3", tone("3") + "-c:a libmp3lame", "not_a_video");
    }

    private void pointsElsewhere(String url, Path secret) {
        String path = secret.toString();
        text(
                "an HLS playlist of a local file",
                "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile://" + path + "\n#EXT-X-ENDLIST\n");
        text(
                "an HLS playlist of an URL",
                "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n" + url + "/a.ts\n#EXT-X-ENDLIST\n");
        text("a concat script", "ffconcat version 1.0\nfile '" + path + "'\n");
        text("a concat script of an URL", "ffconcat version 1.0\nfile '" + url + "/a.mp4'\n");
        text(
                "a DASH manifest",
                "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\"><Period><AdaptationSet><Representation id=\"1\" bandwidth=\"1\"><BaseURL>"
                        + url + "/a.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>");
        text(
                "a session description",
                "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n");
        text("subtitles", "1\n00:00:00,000 --> 00:00:02,000\n<img src=\"" + url + "/a.png\">\n");
        text("an image sequence pattern", path.substring(0, path.lastIndexOf('/')) + "/%d.png\n");
        Supplier<byte[]> film = made("reference.mov", picture("320x240", "30", "2") + H264);
        add("a QuickTime reference to a local file", () -> withReference(film.get(), path), "undecodable");
        add("a QuickTime reference to an URL", () -> withReference(film.get(), url + "/a.mov"), "undecodable");
    }

    /** Says that the media data lie elsewhere: the entry {@code url } without the flag "in this file". */
    private static byte[] withReference(byte[] mov, String location) {
        byte[] patched = mov.clone();
        String text = new String(mov, StandardCharsets.ISO_8859_1);
        int at = text.indexOf("url \0\0\0\1");
        if (at < 0) {
            at = text.indexOf("alis\0\0\0\1");
        }
        if (at < 0) {
            throw new IllegalStateException("No data reference found");
        }
        patched[at + 7] = 0;
        int mdat = text.indexOf("mdat");
        // What they were is gone, so that only the reference could give a picture.
        Arrays.fill(patched, mdat + 4, Math.min(patched.length, text.indexOf("moov", mdat) - 4), (byte) 0);
        byte[] where = location.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(where, 0, patched, mdat + 4, Math.min(where.length, 100));
        return patched;
    }

    private void broken() {
        Supplier<byte[]> film = made("whole.mp4", picture("640x360", "30", "4") + H264 + "-g 15 -movflags +faststart");
        add("flipped bits in the pictures", () -> withFlippedPictures(film.get(), 300, 11), ANY);
        add("many flipped bits in the pictures", () -> withFlippedPictures(film.get(), 20_000, 12), ANY);
        add("flipped bits in the index", () -> withFlippedIndex(film.get()), ANY);
        add("zeros in the middle", () -> zeroed(film.get()), ANY);
        Supplier<byte[]> mkv = made("whole.mkv", picture("640x360", "30", "4") + H264 + "-g 15");
        add("Matroska with flipped bits", () -> flipped(mkv.get(), 500, 14), ANY);
        Supplier<byte[]> ts = made("whole.ts", picture("640x360", "30", "4") + H264 + "-g 15");
        add("MPEG-TS with flipped bits", () -> flipped(ts.get(), 2_000, 15), ANY);
        Supplier<byte[]> sounding =
                made("sounding.mkv", picture("640x360", "30", "4") + tone("4") + H264 + "-c:a flac");
        add("Matroska with a damaged block of sound", () -> withDamagedSound(sounding.get()), PROCESSED);
        Supplier<byte[]> avi = made("whole.avi", picture("640x360", "25", "4") + tone("4") + "-c:v mpeg4 -c:a mp2");
        Map<String, Supplier<byte[]>> whole = Map.of("MP4", film, "Matroska", sounding, "MPEG-TS", ts, "AVI", avi);
        whole.forEach((container, file) -> List.of("cut off", "zeroed", "overwritten")
                .forEach(how -> add(container + " with its end " + how, () -> withDamagedEnd(file.get(), how), ANY)));
    }

    /** The list of packets ends at that block, and the picture alone can be read to its end. */
    private static byte[] withDamagedSound(byte[] mkv) {
        byte[] damaged = mkv.clone();
        for (int i = mkv.length * 2 / 3; i + 6 < mkv.length; i++) {
            // A simple block of track 2: its length in two bytes, the track, the time in two bytes, flags.
            if ((mkv[i] & 0xff) == 0xa3 && (mkv[i + 1] & 0xf0) == 0x40 && (mkv[i + 3] & 0xff) == 0x82) {
                // It has several frames, and nothing says how long they are.
                damaged[i + 6] |= 6;
                Arrays.fill(damaged, i + 7, i + 12, (byte) 0xff);
                return damaged;
            }
        }
        throw new IllegalStateException("No block of sound found");
    }

    /** The last fifth is cut off, zeroed or overwritten. */
    private static byte[] withDamagedEnd(byte[] bytes, String how) {
        int end = bytes.length * 4 / 5;
        byte[] damaged = Arrays.copyOf(bytes, how.equals("cut off") ? end : bytes.length);
        byte[] noise = new byte[damaged.length - end];
        if (how.equals("overwritten")) {
            new Random(end).nextBytes(noise);
        }
        System.arraycopy(noise, 0, damaged, end, noise.length);
        return damaged;
    }

    private static byte[] withFlippedPictures(byte[] mp4, int times, long seed) {
        return flipped(mp4, index(mp4), mp4.length, times, seed);
    }

    private static byte[] withFlippedIndex(byte[] mp4) {
        return flipped(mp4, 40, index(mp4), 40, 13);
    }

    private static byte[] flipped(byte[] bytes, int times, long seed) {
        return flipped(bytes, 0, bytes.length, times, seed);
    }

    private static byte[] flipped(byte[] bytes, int from, int to, int times, long seed) {
        byte[] flipped = bytes.clone();
        Random random = new Random(seed);
        for (int i = 0; i < times; i++) {
            flipped[from + random.nextInt(to - from)] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }

    private static byte[] zeroed(byte[] bytes) {
        byte[] zeroed = bytes.clone();
        Arrays.fill(zeroed, bytes.length / 3, bytes.length * 2 / 3, (byte) 0);
        return zeroed;
    }

    private static byte[] part(byte[] bytes, double share) {
        return Arrays.copyOf(bytes, (int) (bytes.length * share));
    }

    private static String picture(String size, String rate, String seconds) {
        return PICTURE.formatted(size, rate, seconds);
    }

    private static String tone(String seconds) {
        return TONE.formatted(seconds);
    }

    private void made(String name, String extension, String arguments, String verdict) {
        add(name, made("made." + extension, arguments), verdict);
    }

    private void text(String name, String text) {
        add(name, () -> text.getBytes(StandardCharsets.UTF_8), "not_a_video");
    }

    private void add(String name, Supplier<byte[]> file, String verdict) {
        cases.put(name, new Case(name, file, verdict));
    }

    private Path write(String name, byte[] bytes) {
        try {
            return Files.write(folder.resolve(name), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Supplier<byte[]> made(String name, String arguments) {
        return () -> make(name, arguments);
    }

    private byte[] make(String name, String arguments) {
        return make(folder.resolve(name), arguments);
    }

    /**
     * Makes a file with ffmpeg.
     *
     * @param arguments all but the file, separated by spaces
     */
    static byte[] make(Path file, String arguments) {
        List<String> line = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-v", "error", "-y"));
        line.addAll(List.of(arguments.strip().split(" +")));
        line.add(file.toString());
        try {
            Process ffmpeg = new ProcessBuilder(line).redirectErrorStream(true).start();
            String said = new String(ffmpeg.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (ffmpeg.waitFor() != 0) {
                throw new IllegalStateException("Could not make " + file + " with " + arguments + ": " + said);
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
