package caravana.system.media;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * What a player shows of a file: all that ffmpeg decodes of the tracks that it takes when nobody chooses.
 *
 * @param width of the picture as it is shown, in square pixels; 0 when there is none
 * @param height of the picture as it is shown; 0 when there is none
 * @param frames that could be decoded, and are shown at a time of their own
 * @param seconds from the first frame to the end of the last one
 * @param sound seconds of sound; 0 for none
 */
record Played(int width, int height, long frames, double seconds, double sound) {

    private static final String VIDEO = "0";

    /** Decodes all of it. */
    static Played of(Path file) throws IOException, InterruptedException {
        String listed = output(List.of(
                "ffmpeg",
                "-nostdin",
                "-v",
                "quiet",
                "-i",
                file.toString(),
                "-sn",
                "-dn",
                "-fps_mode",
                "passthrough",
                "-f",
                "framecrc",
                "-"));
        Map<String, String> headers = new HashMap<>();
        Map<String, double[]> tracks = new HashMap<>();
        long frames = 0;
        double last = Double.NEGATIVE_INFINITY;
        boolean picture = listed.contains("#dimensions 0:");
        for (String line : listed.lines().toList()) {
            if (line.startsWith("#")) {
                int colon = line.indexOf(':');
                headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
                continue;
            }
            String[] fields = line.split(", *");
            double unit = fraction(headers.get("#tb " + fields[0]));
            double from = Long.parseLong(fields[2].strip()) * unit;
            double to = from + Long.parseLong(fields[3].strip()) * unit;
            if (picture && fields[0].equals(VIDEO) && from > last) {
                frames++;
                last = from;
            }
            tracks.merge(fields[0], new double[] {from, to}, (before, now) ->
                    new double[] {Math.min(before[0], now[0]), Math.max(before[1], now[1])});
        }
        String[] size = picture ? headers.get("#dimensions 0").split("x") : new String[] {"0", "0"};
        double shape = fraction(headers.getOrDefault("#sar 0", "1:1"));
        return new Played(
                (int) Math.round(Integer.parseInt(size[0]) * (shape > 0 ? shape : 1)),
                Integer.parseInt(size[1]),
                frames,
                picture ? Math.max(length(tracks.get(VIDEO)), last - tracks.get(VIDEO)[0] + lastFrame(file)) : 0,
                length(tracks.get(picture ? "1" : VIDEO)));
    }

    /** How long the last frame is shown by what the file says of it, in seconds; 0 when it says nothing. */
    private static double lastFrame(Path file) throws IOException, InterruptedException {
        String packets = output(List.of(
                "ffprobe",
                "-v",
                "quiet",
                "-select_streams",
                "v:0",
                "-show_entries",
                "packet=pts_time,duration_time",
                "-of",
                "csv=print_section=0",
                file.toString()));
        double latest = Double.NEGATIVE_INFINITY;
        double length = 0;
        for (String line : packets.lines().toList()) {
            String[] fields = line.split(",");
            if (fields.length > 1 && !line.contains("N/A") && Double.parseDouble(fields[0]) > latest) {
                latest = Double.parseDouble(fields[0]);
                length = Double.parseDouble(fields[1]);
            }
        }
        // Longer ones are mistakes of the header.
        return length < 60 ? length : 0;
    }

    private static double length(double[] track) {
        return track == null ? 0 : track[1] - track[0];
    }

    private static double fraction(String ratio) {
        String[] parts = ratio.split("[:/]");
        double below = Double.parseDouble(parts[1]);
        return below == 0 ? 0 : Double.parseDouble(parts[0]) / below;
    }

    /** The frame with that number, or the last one before it; null when there is none. */
    static BufferedImage frame(Path file, long number, Path folder) throws IOException, InterruptedException {
        Path picture = folder.resolve("frame.png");
        Files.deleteIfExists(picture);
        output(List.of(
                "ffmpeg",
                "-nostdin",
                "-v",
                "quiet",
                "-y",
                "-i",
                file.toString(),
                "-an",
                "-sn",
                "-dn",
                "-vf",
                "select=gte(n\\," + number + "),scale=w=trunc(iw*sar/2)*2:h=ih,setsar=1",
                "-frames:v",
                "1",
                "-update",
                "1",
                picture.toString()));
        return Files.exists(picture) ? ImageIO.read(picture.toFile()) : null;
    }

    private static String output(List<String> line) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(new ArrayList<>(line)).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        // Of a damaged file it decodes what it can.
        process.waitFor();
        return printed;
    }

    @Override
    public String toString() {
        String picture = width == 0
                ? "no picture"
                : String.format(Locale.ROOT, "%d×%d, %d frames, %.2f s", width, height, frames, seconds);
        return picture + (sound > 0 ? String.format(Locale.ROOT, ", sound %.2f s", sound) : ", no sound");
    }
}
