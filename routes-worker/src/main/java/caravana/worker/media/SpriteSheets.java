package caravana.worker.media;

import java.util.List;
import java.util.Locale;

/**
 * Pictures of small frames, so that a player can show where in the video it would go.
 *
 * @param every seconds from one frame to the next
 * @param columns of a sheet
 * @param rows of a sheet
 * @param names of the sheets, in their order
 */
record SpriteSheets(double every, int columns, int rows, List<String> names) {

    /** How many sheets a video of that length has. */
    static int count(double seconds, double every, int columns, int rows) {
        return (tiles(seconds, every) + columns * rows - 1) / (columns * rows);
    }

    private static int tiles(double seconds, double every) {
        return (int) Math.ceil(seconds / every - 1e-6);
    }

    /**
     * A WebVTT file with the place of each frame, as players of thumbnails take it.
     *
     * @param seconds length of the video
     * @param width of a sheet in pixels
     * @param height of a sheet in pixels
     */
    String index(double seconds, int width, int height) {
        StringBuilder text = new StringBuilder("WEBVTT\n");
        for (int tile = 0; tile < tiles(seconds, every); tile++) {
            int place = tile % (columns * rows);
            text.append('\n')
                    .append(time(tile * every))
                    .append(" --> ")
                    .append(time(Math.min(seconds, (tile + 1) * every)))
                    .append('\n')
                    .append(names.get(tile / (columns * rows)))
                    .append("#xywh=")
                    .append(place % columns * (width / columns))
                    .append(',')
                    .append(place / columns * (height / rows))
                    .append(',')
                    .append(width / columns)
                    .append(',')
                    .append(height / rows)
                    .append('\n');
        }
        return text.toString();
    }

    private static String time(double seconds) {
        long millis = Math.round(seconds * 1000);
        return String.format(
                Locale.ROOT,
                "%02d:%02d:%02d.%03d",
                millis / 3_600_000,
                millis / 60_000 % 60,
                millis / 1000 % 60,
                millis % 1000);
    }
}
