package caravana.worker.media;

import caravana.checks.TransformationEntry.Check;
import caravana.checks.TransformationEntry.Produced;
import caravana.checks.TransformationEntry.Sheets;
import caravana.transformation.AppliedTransformation;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A file that the run of a job must make.
 *
 * @param name unique name among the files of the video; the last part of its object's key
 * @param role purpose of the file, as the catalogue names it
 * @param mediaType media type of the file
 * @param file path at which the run writes it
 * @param language language as a BCP 47 tag; null for none
 * @param expected the properties that it must have; null for the main video, whose properties are in {@link PlannedResult}
 */
public record PlannedOutput(String name, String role, String mediaType, File file, String language, Expected expected) {

    /** The media type of subtitles, and of the index of sheets. */
    static final String WEBVTT = Sheets.INDEX_TYPE;

    /** The fewest pixels of a side, since all sizes are even. */
    private static final int EVEN = 2;

    /** The media type of pictures. */
    static final String JPEG = "image/jpeg";

    /** The media type of animated pictures that no tool of the worker reads. */
    static final String WEBP = "image/webp";

    /**
     * The expected properties of an additional file.
     *
     * @param codec ffmpeg's name of the codec of its first track
     * @param optional whether it may be missing
     * @param width of the picture in pixels; smaller if its source is smaller; 0 for any
     * @param height of the picture in pixels; smaller if its source is smaller; 0 for any
     * @param least fewest pixels of a side
     * @param scale size of the picture that it is made of, divided by the size of the video
     * @param from second of the video at which it begins
     * @param seconds its longest length; infinite for the whole video, 0 for a picture
     * @param rate frames per second, of which it has a whole number; infinite for any length
     * @param sheets the tiles whose places it lists; null for another file
     * @param ladder the renditions that it consists of; null for another file
     */
    record Expected(
            String codec,
            boolean optional,
            double width,
            double height,
            double least,
            double scale,
            double from,
            double seconds,
            double rate,
            SpriteSheets sheets,
            PlannedLadder ladder) {

        /** Expects a picture of any size. */
        static Expected picture(String codec, boolean optional) {
            return new Expected(codec, optional, 0, 0, 0, 1, 0, 0, Double.POSITIVE_INFINITY, null, null);
        }

        private static Expected index(SpriteSheets sheets) {
            return new Expected(null, false, 0, 0, 0, 1, 0, 0, Double.POSITIVE_INFINITY, sheets, null);
        }

        private static Expected renditions(PlannedLadder ladder) {
            return new Expected(null, false, 0, 0, 0, 1, 0, 0, Double.POSITIVE_INFINITY, null, ladder);
        }

        /**
         * Returns whether a video of that length ends before the file begins.
         *
         * @param video length of the video in seconds
         */
        boolean isBehind(double video) {
            return from >= video;
        }

        /**
         * Returns the expected length of the file in seconds; 0 for a picture, and for a single frame, which has no
         * length.
         *
         * @param video length of the video in seconds
         */
        double seconds(double video) {
            double kept = Math.max(0, Math.min(seconds, video - from));
            double frames = Math.ceil(kept * rate - 1e-6);
            return Double.isInfinite(rate) ? kept : frames > 1 ? frames / rate : 0;
        }
    }

    /** Returns the main video, which is the purpose of a job and its row's result. */
    static PlannedOutput main(File file) {
        return new PlannedOutput(file.getName(), "video", "video/mp4", file, null, null);
    }

    /**
     * Returns the files of an entry's output: several for sheets.
     *
     * @param seconds length of the video
     * @param scale size of the picture that they are made of, divided by the size of the video
     */
    static List<PlannedOutput> of(
            AppliedTransformation transformation, Produced produced, Path folder, double seconds, double scale) {
        if (produced.sheets() != null) {
            return sheets(transformation, produced, folder, seconds);
        }
        Check check = produced.check();
        Expected expected = new Expected(
                check.codec(),
                check.optional(),
                transformation.number(check.width(), 0),
                transformation.number(check.height(), 0),
                transformation.number(check.least(), EVEN),
                scale,
                transformation.number(check.from(), 0),
                Check.WHOLE.equals(check.length())
                        ? Double.POSITIVE_INFINITY
                        : transformation.number(check.length(), 0),
                transformation.number(check.rate(), Double.POSITIVE_INFINITY),
                null,
                null);
        PlannedOutput output = named(produced.name(), produced.mediaType(), produced, folder, expected);
        return List.of(output.in(transformation.valueOf(produced.language())));
    }

    /** Returns the output of an entry with a ladder. */
    static PlannedOutput of(Produced produced, PlannedLadder ladder, Path folder) {
        return named(produced.name(), produced.mediaType(), produced, folder, Expected.renditions(ladder));
    }

    private static List<PlannedOutput> sheets(
            AppliedTransformation transformation, Produced produced, Path folder, double seconds) {
        Sheets sheets = produced.sheets();
        double every = transformation.number(sheets.every(), 0);
        List<String> names = IntStream.rangeClosed(
                        1, SpriteSheets.count(seconds, every, sheets.columns(), sheets.rows()))
                .mapToObj(number -> produced.name().replace("%d", String.valueOf(number)))
                .toList();
        List<PlannedOutput> outputs = new ArrayList<>();
        for (String name : names) {
            // If the footage ends early, the last sheets are not made.
            Expected expected = Expected.picture(produced.check().codec(), !outputs.isEmpty());
            outputs.add(named(name, produced.mediaType(), produced, folder, expected));
        }
        SpriteSheets tiles = new SpriteSheets(every, sheets.columns(), sheets.rows(), names);
        outputs.add(named(sheets.index(), Sheets.INDEX_TYPE, produced, folder, Expected.index(tiles)));
        return outputs;
    }

    private PlannedOutput in(String spoken) {
        return new PlannedOutput(name, role, mediaType, file, spoken, expected);
    }

    private static PlannedOutput named(
            String name, String mediaType, Produced produced, Path folder, Expected expected) {
        return new PlannedOutput(
                name, produced.role(), mediaType, folder.resolve(name).toFile(), null, expected);
    }
}
