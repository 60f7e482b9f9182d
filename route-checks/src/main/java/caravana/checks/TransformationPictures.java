package caravana.checks;

import caravana.checks.TransformationEntry.Produced;
import caravana.checks.TransformationEntry.Trim;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Draws a picture of the result of each entry of the catalogue, from test media. */
final class TransformationPictures {

    /** Beside the pictures: which commands each was made by, as {@link #madeBy} gives it. */
    static final String MADE_BY = "made-by.txt";

    /** What a picture shows, and how it is called. */
    private enum Kind {
        FRAME("A test picture after "),
        PART("Four moments of a test video after "),
        SOUND("A test tone that becomes louder, after ");

        private final String title;

        Kind(String title) {
            this.title = title;
        }
    }

    /** Seconds that a tile of a sheet stands for, by default. */
    private static final double A_TILE = 5;

    /** Length of the footage of which a part is kept; the part, where it is a request's, is the middle third. */
    private static final int FOOTAGE = 60;

    private static final String TONE = "sine=frequency=440:duration=3,volume='0.5+2.3*t':eval=frame";
    private static final double TONE_SECONDS = 3;
    private static final String TONE_FRAMES = "90";
    private static final String WAVES =
            "color=0x1f3a5f:size=320x120,drawbox=y=59:h=2:color=white@0.4:t=fill[back];[0:a]showwavespic=size=320x120:colors=white[waves];"
                    + "[back][waves]overlay,format=yuvj420p";

    /** Draws nothing, where a result has no sound. */
    private static final List<String> SILENCE = List.of("-f", "lavfi", "-i", "anullsrc=duration=3");

    private static final String PICTURE = "picture.jpg";
    private static final List<String> FFMPEG = List.of("ffmpeg", "-nostdin", "-v", "error", "-y");

    private TransformationPictures() {}

    /** What is to be seen on the picture of an entry. */
    static String title(TransformationEntry entry) {
        return kind(entry).title + entry.name();
    }

    private static Kind kind(TransformationEntry entry) {
        boolean sounds = entry.audioFilter() != null
                || entry.sets().containsKey("audio")
                || !entry.allProduced().isEmpty()
                        && entry.allProduced().stream()
                                .allMatch(produced -> produced.stream().equals(TransformationEntry.SOUND));
        return entry.trim() != null ? Kind.PART : sounds ? Kind.SOUND : Kind.FRAME;
    }

    /**
     * Makes them all.
     *
     * @param files as {@link RouteFiles#read} gives them, in which the checks find nothing wrong
     * @param pictures where they are put, as {@code NAME.jpg}
     * @throws IllegalStateException when ffmpeg does not make one
     */
    static void make(Map<String, String> files, Path pictures) {
        List<TransformationEntry> entries = TransformationFiles.read(files, nothing -> {});
        TransformationGraphs.inFolder(graphs -> {
            graphs.writeTexts("Hola, Caravana");
            for (TransformationEntry entry : entries) {
                for (List<String> command : commands(entry, entries)) {
                    String complaint = graphs.run(command);
                    if (complaint != null) {
                        throw new IllegalStateException("There is no picture of " + entry.name() + ": " + complaint);
                    }
                }
                Files.write(pictures.resolve(entry.name() + ".jpg"), graphs.read(PICTURE));
            }
            Files.writeString(pictures.resolve(MADE_BY), madeBy(entries));
            return entries.size();
        });
    }

    /** A line for each entry, which changes when its picture would be made by other commands. */
    static String madeBy(List<TransformationEntry> entries) {
        return entries.stream()
                .map(entry -> entry.name() + " "
                        + digest(commands(entry, entries).toString()).substring(0, 16) + "\n")
                .collect(Collectors.joining());
    }

    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What makes {@link #PICTURE}. */
    private static List<List<String>> commands(TransformationEntry entry, List<TransformationEntry> entries) {
        Map<String, Object> values = values(entry);
        return switch (kind(entry)) {
            case PART -> List.of(part(entry.trim()));
            case SOUND -> {
                List<String> command = TransformationGraphs.command(
                        entry, values, TransformationGraphs.size(entry, entries), TONE_SECONDS);
                command.replaceAll(word -> word.equals(TransformationGraphs.SOUND) ? TONE : word);
                // The first frames of the picture end the sound as well.
                command.set(command.indexOf("-frames:v") + 1, TONE_FRAMES);
                List<String> waves = command.contains("-an") ? SILENCE : List.of("-i", result(entry));
                yield List.of(command, shown(waves, "-filter_complex", WAVES));
            }
            case FRAME ->
                List.of(
                        TransformationGraphs.command(
                                entry, values, TransformationGraphs.size(entry, entries), seconds(entry)),
                        shown(List.of("-i", result(entry)), "-vf", "scale=320:-2"));
        };
    }

    /** The first ones by which a filter is used, if any are. */
    private static Map<String, Object> values(TransformationEntry entry) {
        List<Map<String, Object>> all = ParameterCombinations.of(entry);
        return all.stream()
                .filter(values -> TransformationGraphs.of(entry.filter(), values) != null
                        || TransformationGraphs.of(entry.audioFilter(), values) != null)
                .findFirst()
                .orElse(all.get(0));
    }

    private static List<String> part(Trim trim) {
        double start = amount(trim.start(), 0, FOOTAGE / 3.0);
        double most = amount(trim.keep(), FOOTAGE, FOOTAGE / 2.0);
        double end = Math.min(amount(trim.end(), FOOTAGE, FOOTAGE / 1.5), start + most);
        return shown(
                List.of("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=10:duration=" + FOOTAGE),
                "-vf",
                "trim=start=" + start + ":end=" + end + ",setpts=PTS-STARTPTS,fps=4/" + (end - start)
                        + ":start_time=0:round=up,scale=160:-2,tile=4x1");
    }

    private static double amount(String written, double none, double ofRequest) {
        return written == null ? none : written.startsWith("{") ? ofRequest : Double.parseDouble(written);
    }

    /** How long the footage must be: sheets are full then. */
    private static double seconds(TransformationEntry entry) {
        return entry.allProduced().stream()
                .map(Produced::sheets)
                .filter(Objects::nonNull)
                .mapToDouble(sheets -> sheets.columns() * sheets.rows() * A_TILE)
                .max()
                .orElse(TransformationGraphs.SECONDS);
    }

    /** The file that shows what was done. */
    private static String result(TransformationEntry entry) {
        return entry.allProduced().stream()
                .filter(produced -> produced.cues() == null)
                .map(produced -> produced.name().replace("%d", "1"))
                .findFirst()
                .orElse("video.mp4");
    }

    private static List<String> shown(List<String> input, String filtered, String filter) {
        List<String> line = new ArrayList<>(FFMPEG);
        line.addAll(input);
        line.addAll(List.of("-frames:v", "1", filtered, filter, "-q:v", "5", PICTURE));
        return line;
    }
}
