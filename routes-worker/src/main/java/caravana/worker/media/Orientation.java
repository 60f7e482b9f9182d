package caravana.worker.media;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How players rotate and mirror a picture, according to the matrix of its track in the container. We do the same as
 * ffmpeg, but after the frames have been deinterlaced and have one size: ffmpeg does it first, which mixes fields, and
 * needs filters that are rebuilt whenever the size changes.
 *
 * @param degrees clockwise, 0 to 359
 * @param filters the corresponding ffmpeg filters, in their order
 */
public record Orientation(int degrees, List<String> filters) {

    static final Orientation UPRIGHT = new Orientation(0, List.of());

    private static final Pattern ENTRY = Pattern.compile("(?<![\\w:-])-?\\d+(?![\\d:])");

    /** The indices in the matrix of the factors from the picture's x and y to the screen's x and y. */
    private static final int X_TO_X = 0;

    private static final int Y_TO_X = 3;
    private static final int Y_TO_Y = 4;
    private static final int ENTRIES = 9;

    /** @param matrix ffprobe's side data with the matrix; a missing node for none */
    static Orientation read(JsonNode matrix) {
        int counterclockwise = matrix.path("rotation").asInt();
        List<Integer> entries = entries(matrix.path("displaymatrix").asText());
        if (entries.size() != ENTRIES || Math.abs(counterclockwise) > 360) {
            return UPRIGHT;
        }
        int degrees = Math.floorMod(-counterclockwise, 360);
        List<String> filters = new ArrayList<>();
        switch (degrees) {
            case 0 -> {
                if (entries.get(Y_TO_Y) < 0) {
                    filters.add("vflip");
                }
            }
            case 90 -> filters.add(entries.get(Y_TO_X) > 0 ? "transpose=cclock_flip" : "transpose=clock");
            case 180 -> {
                if (entries.get(X_TO_X) < 0) {
                    filters.add("hflip");
                }
                if (entries.get(Y_TO_Y) < 0) {
                    filters.add("vflip");
                }
            }
            case 270 -> filters.add(entries.get(Y_TO_X) < 0 ? "transpose=clock_flip" : "transpose=cclock");
            default -> filters.add("rotate=" + degrees + "*PI/180");
        }
        return new Orientation(degrees, List.copyOf(filters));
    }

    /** Parses three lines of a text such as {@code 00000000:   0   65536   0}. */
    private static List<Integer> entries(String text) {
        List<Integer> entries = new ArrayList<>();
        Matcher matcher = ENTRY.matcher(text);
        while (matcher.find()) {
            entries.add(Integer.parseInt(matcher.group()));
        }
        return entries;
    }

    /** Returns whether width and height are exchanged. */
    boolean isSideways() {
        return degrees % 180 == 90;
    }
}
