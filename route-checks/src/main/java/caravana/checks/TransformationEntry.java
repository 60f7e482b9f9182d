package caravana.checks;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One entry of the catalogue of transformations, from its file; docs/editing-routes.md explains each part.
 *
 * @param name name by which clients request it
 * @param file its file, relative to the folder of the routes
 * @param description one sentence for people, by language
 * @param order position in the filter chain, lower first
 * @param parts whether parts of the footage can be transformed separately
 * @param needs names of transformations that it requires
 * @param excludes names of transformations with which it cannot be combined
 * @param parameters parameters of a request, by name, in the order of the file
 * @param trim which part of the footage is kept; null when it cuts nothing
 * @param filter a fragment of an ffmpeg filter graph for the picture; null when it needs none
 * @param audioFilter a part of an ffmpeg filter chain for the sound; null when it needs none
 * @param loudness target loudness of the sound in LUFS, a number or a parameter in braces; the worker measures the sound in a separate pass
 *     before, and fills in {@code {loudness}}; null for none
 * @param size largest size of the video's file in megabytes, a number or a parameter in braces; the worker encodes in two passes,
 *     and fills in {@code {bit_rate}}; null for any
 * @param output ffmpeg output options of the video, one item for each argument; null for none
 * @param subtitles the asset that becomes the subtitle track of the video, a parameter in braces; null for none
 * @param sets properties that the worker's plan and the check of the result use, see {@link #SETS}
 * @param inputs files that the worker provides, each of which becomes a stream of the filter
 * @param produces additional files beside the video; null for none
 */
public record TransformationEntry(
        String name,
        String file,
        Map<String, String> description,
        int order,
        Parts parts,
        List<String> needs,
        List<String> excludes,
        Map<String, Parameter> parameters,
        Trim trim,
        Chosen<String> filter,
        Chosen<String> audioFilter,
        Chosen<String> loudness,
        Chosen<String> size,
        Chosen<List<String>> output,
        Chosen<String> subtitles,
        Map<String, Chosen<String>> sets,
        List<String> inputs,
        Chosen<List<Produced>> produces) {

    /** Languages in which people read what an entry is. */
    public static final List<String> LANGUAGES = List.of("es", "en");

    /** What a worker can provide as a further input. */
    public static final Set<String> INPUTS = Set.of("logo");

    /** What a fragment may name in braces beside the entry's own parameters and inputs. */
    public static final Set<String> VALUES = Set.of(
            "fps",
            "seconds",
            "source_width",
            "source_height",
            "source_fps",
            "source_seconds",
            "fit_width",
            "fit_height",
            "background",
            "colour",
            "opening_frames",
            "closing_frames",
            "opening_text",
            "closing_text",
            "text_size",
            "loudness",
            "bit_rate",
            "segment_frames",
            "first_frames");

    /**
     * What {@code sets} may say: {@code fit}, the box that the picture is scaled into; {@code canvas}, a larger box of the same
     * shape, which a file beside the video is made from; {@code shape}, the shape that it has afterwards; {@code codec} of the
     * video; {@code rate}, its frames per second; {@code audio}, whether the sound is kept; {@code adds}, the setting whose seconds
     * the result gets on top of the footage. Each with what may stand there.
     */
    public static final Map<String, Form> SETS = Map.of(
            "fit", new Form("[1-9][0-9]{1,4}x[1-9][0-9]{1,4}", "1280x720"),
            "canvas", new Form("[1-9][0-9]{1,4}x[1-9][0-9]{1,4}", "1920x1080"),
            "shape", new Form("[1-9][0-9]{0,3}:[1-9][0-9]{0,3}|open", "16:9, or open"),
            "codec", new Form("h264", "h264"),
            "rate", new Form("[1-5][0-9]|60", "a whole number from 10 to 60"),
            "audio", new Form("none|kept", "none, or kept"),
            "adds", new Form("cards", "cards"));

    /** Media types of a picture that an account may have as an asset. */
    public static final List<String> PICTURES = List.of("image/png", "image/svg+xml");

    /** Media types of a text with subtitles that an account may have as an asset. */
    public static final List<String> TEXTS = List.of("application/x-subrip", "text/vtt");

    /** Whether the parts of a video can be made apart and put together. */
    public enum Parts {
        /** The frames of a part are those that the whole has there. */
        EXACT,
        /** It makes only files, from the whole, which can be made in a separate run. */
        BESIDE,
        /** It needs the whole, as what looks at all frames, adds some, or encodes sound. */
        WHOLE
    }

    /** The stream of a produced file that is the original's sound. */
    public static final String SOUND = "audio";

    /** The stream of a produced file that is made of a text asset, without ffmpeg. */
    public static final String CUES = "cues";

    /**
     * What may stand somewhere.
     *
     * @param pattern a regular expression for the whole of it
     * @param example for people
     */
    public record Form(String pattern, String example) {}

    /**
     * A part of an entry that may depend on a parameter.
     *
     * @param by the parameter that chooses, or {@link #GIVEN}; null when there is one case, under the empty name
     * @param cases by the parameter's values, or by the names of parameters
     */
    public record Chosen<T>(String by, Map<String, T> cases) {

        /** Chooses by which parameter has a value, where one may be given instead of another. */
        public static final String GIVEN = "given";

        /** The case that these values choose; null for none. */
        public T of(Map<String, Object> values) {
            if (GIVEN.equals(by)) {
                return cases.entrySet().stream()
                        .filter(each -> values.containsKey(each.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElse(null);
            }
            return cases.get(by == null ? "" : String.valueOf(values.get(by)));
        }
    }

    /** What a parameter takes. */
    public enum Type {
        /** Any number, of six decimals at most. */
        NUMBER,
        INTEGER,
        BOOLEAN,
        /** One of a list. */
        CHOICE,
        /** {@code #RRGGBB}. */
        COLOUR,
        /** Text for people, which reaches ffmpeg in a file alone. */
        TEXT,
        /** The id of an asset of the account, which reaches ffmpeg as a file alone. */
        ASSET
    }

    /**
     * One thing that a job may say of a transformation.
     *
     * @param name its name
     * @param type what it takes
     * @param title its name for people, by language
     * @param minimum the smallest number; null for none
     * @param maximum the largest number; null for none
     * @param above the parameter than which this number must be greater; null for none
     * @param insteadOf the parameter that has no value when this one has; null for none, as for all that always have one
     * @param choices the values of a choice, each with what is written into the filter for it
     * @param maxLength of a text, in characters
     * @param accepts media types of an asset: either {@link #PICTURES} or {@link #TEXTS}
     * @param defaultValue as the type has it: BigDecimal, Boolean or String; null when it must be said
     */
    public record Parameter(
            String name,
            Type type,
            Map<String, String> title,
            BigDecimal minimum,
            BigDecimal maximum,
            String above,
            String insteadOf,
            Map<String, String> choices,
            Integer maxLength,
            List<String> accepts,
            Object defaultValue) {

        /** Whether a request must say it. */
        public boolean isRequired() {
            return defaultValue == null && insteadOf == null;
        }

        /** Whether it is an asset that is a picture. */
        public boolean isPicture() {
            return type == Type.ASSET && PICTURES.containsAll(accepts);
        }

        /** Whether it is an asset that is a text. */
        public boolean isCues() {
            return type == Type.ASSET && !isPicture();
        }

        /** What stands in a fragment for a value; a text and an asset have nothing there but their file. */
        public String written(Object value) {
            return switch (type) {
                case NUMBER, INTEGER ->
                    ((BigDecimal) value).stripTrailingZeros().toPlainString();
                case BOOLEAN -> Boolean.TRUE.equals(value) ? "1" : "0";
                case CHOICE -> choices.get((String) value);
                case COLOUR -> "0x" + ((String) value).substring(1);
                case TEXT, ASSET -> throw new IllegalArgumentException(name + " is a file, which no fragment has");
            };
        }
    }

    /**
     * Which part of the footage is kept. Each a number of seconds, or a parameter in braces.
     *
     * @param start where it begins; null for the beginning
     * @param end where it ends; null for the end
     * @param keep how long it is at most; null for no limit
     */
    public record Trim(String start, String end, String keep) {}

    /**
     * A file that is made in the same run as the video.
     *
     * @param name its name; of sheets, with {@code %d} for their numbers from 1 on
     * @param role what it is for
     * @param mediaType its media type
     * @param stream the stream of the entry's filter that it is made of, or {@link #SOUND}, or {@link #CUES}
     * @param withSound whether it has the sound of the video as well
     * @param options ffmpeg output options, one argument an item
     * @param sheets the tiles that its pictures consist of; null for another file
     * @param ladder the renditions that it consists of; null for another file
     * @param cues the text asset that it is made of, a parameter in braces; null for another file
     * @param language the choice that says its language, a parameter in braces; null for none
     * @param check what it must be before the video counts as processed
     */
    public record Produced(
            String name,
            String role,
            String mediaType,
            String stream,
            boolean withSound,
            List<String> options,
            Sheets sheets,
            Ladder ladder,
            String cues,
            String language,
            Check check) {}

    /**
     * Pictures of tiles, each a frame of the video, and a WebVTT file that says where each is.
     *
     * @param index the name of that file
     * @param every seconds from one tile to the next, a number or a parameter in braces
     * @param columns of tiles in a sheet
     * @param rows of tiles in a sheet
     */
    public record Sheets(String index, String every, int columns, int rows) {

        /** Media type of the index. */
        public static final String INDEX_TYPE = "text/vtt";
    }

    /**
     * Renditions of one picture in several heights, each cut into segments, for players that change between them.
     *
     * @param heights in pixels, the lowest first; those above the picture are not made
     * @param sound ffmpeg output options of the sound, which is a rendition of its own, one argument an item
     */
    public record Ladder(List<Integer> heights, List<String> sound) {}

    /**
     * What a produced file must be. Numbers may be parameters in braces.
     *
     * @param codec ffmpeg's name of the codec of its first track
     * @param width of the picture in pixels, unless the picture is smaller; null for any
     * @param height of the picture in pixels, unless the picture is smaller; null for any
     * @param least pixels of each side, for which a smaller picture gets bars; null when it gets none
     * @param from second of the video at which it begins; null for 0
     * @param length how many seconds of the video it has at most; {@link #WHOLE} for all of them, null for a picture
     * @param rate frames per second, of which it has a whole number; null for that of the video
     * @param optional whether it may be missing, since there is nothing to put into it
     */
    public record Check(
            String codec,
            String width,
            String height,
            String least,
            String from,
            String length,
            String rate,
            boolean optional) {

        /** As long as the video. */
        public static final String WHOLE = "whole";
    }

    /** The parameters that have values together: without those that are given instead of another, and with each of these. */
    public List<List<Parameter>> alternatives() {
        List<Parameter> usual = parameters.values().stream()
                .filter(parameter -> parameter.insteadOf() == null)
                .toList();
        List<List<Parameter>> alternatives = new ArrayList<>(List.of(usual));
        for (Parameter other : parameters.values()) {
            if (other.insteadOf() != null) {
                alternatives.add(parameters.values().stream()
                        .filter(parameter -> parameter == other
                                || parameter.insteadOf() == null
                                        && !parameter.name().equals(other.insteadOf()))
                        .toList());
            }
        }
        return alternatives;
    }

    /** All files that it may make beside the video. */
    public List<Produced> allProduced() {
        return produces == null
                ? List.of()
                : produces.cases().values().stream().flatMap(List::stream).toList();
    }

    /** Whether a fragment is a graph of its own, rather than links of the chain. */
    public static boolean isGraph(String fragment) {
        return fragment.contains("{in}");
    }
}
