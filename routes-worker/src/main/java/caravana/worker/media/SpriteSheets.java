package caravana.worker.media;

import caravana.media.Subtitles;
import java.util.List;

/**
 * Sheets of small pictures, with which a player shows the frame at a position while a person seeks.
 *
 * @param every seconds from one picture to the next
 * @param columns columns of a sheet
 * @param rows rows of a sheet
 * @param names names of the sheets, in their order
 */
record SpriteSheets(double every, int columns, int rows, List<String> names) {

    /** Returns the number of sheets of a video of that length. */
    static int count(double seconds, double every, int columns, int rows) {
        return (tiles(seconds, every) + columns * rows - 1) / (columns * rows);
    }

    private static int tiles(double seconds, double every) {
        return (int) Math.ceil(seconds / every - 1e-6);
    }

    /**
     * Returns a WebVTT file with the place of each frame, in the form that players read.
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
                    .append(Subtitles.time(tile * every))
                    .append(" --> ")
                    .append(Subtitles.time(Math.min(seconds, (tile + 1) * every)))
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
}
