package caravana.transformation;

import caravana.checks.TransformationEntry;
import caravana.checks.TransformationEntry.Chosen;
import caravana.checks.TransformationEntry.Parameter;
import caravana.checks.TransformationEntry.Produced;
import caravana.checks.TransformationEntry.Type;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An entry of the catalogue with the values of its parameters, as a job applies it.
 *
 * @param entry the entry
 * @param values of its parameters: BigDecimal, Boolean or String. A parameter that another one replaces has none
 */
public record AppliedTransformation(TransformationEntry entry, Map<String, Object> values) {

    public String name() {
        return entry.name();
    }

    /** Returns the part of ffmpeg's filter graph for the picture; null when the entry has none. */
    public String filter() {
        return chosen(entry.filter());
    }

    /** Returns the filters of the sound; null when the entry has none. */
    public String audioFilter() {
        return chosen(entry.audioFilter());
    }

    /** Returns the target loudness of the sound in LUFS; null when the loudness stays as it is. */
    public Double loudness() {
        String loudness = chosen(entry.loudness());
        return loudness == null ? null : number(loudness, 0);
    }

    /** Returns the largest size of the video's file in MB of 1,000,000 bytes; null for no limit. */
    public Double size() {
        String size = chosen(entry.size());
        return size == null ? null : number(size, 0);
    }

    /** Returns output options of the video; each item is one argument of ffmpeg. */
    public List<String> output() {
        List<String> output = chosen(entry.output());
        return output == null ? List.of() : output;
    }

    /** Returns the ids of the assets that the entry uses, by parameter. */
    public Map<Parameter, String> assets() {
        Map<Parameter, String> assets = new LinkedHashMap<>();
        for (Parameter parameter : entry.parameters().values()) {
            if (parameter.type() == Type.ASSET) {
                assets.put(parameter, (String) values.get(parameter.name()));
            }
        }
        return assets;
    }

    /** Returns the id of the text asset that becomes a subtitle track of the video; null for none. */
    public String subtitles() {
        return valueOf(chosen(entry.subtitles()));
    }

    /**
     * Returns the text value of a parameter.
     *
     * @param inBraces the parameter's name in braces; null returns null
     */
    public String valueOf(String inBraces) {
        return inBraces == null ? null : (String) values.get(inBraces.substring(1, inBraces.length() - 1));
    }

    /** Returns the files that the entry makes in addition to the video. */
    public List<Produced> produces() {
        List<Produced> produced = chosen(entry.produces());
        return produced == null ? List.of() : produced;
    }

    /** Returns the value that the entry sets for a key of {@link TransformationEntry#SETS}; null when it sets none. */
    public String set(String key) {
        return chosen(entry.sets().get(key));
    }

    /** Returns where the kept part of the original begins, in seconds. */
    public double start() {
        return entry.trim() == null ? 0 : number(entry.trim().start(), 0);
    }

    /** Returns where the kept part of the original ends, in seconds; infinite for the original's end. */
    public double end() {
        return entry.trim() == null
                ? Double.POSITIVE_INFINITY
                : number(entry.trim().end(), Double.POSITIVE_INFINITY);
    }

    /** Returns how long the kept part may be, in seconds; infinite for no limit. */
    public double keep() {
        return entry.trim() == null
                ? Double.POSITIVE_INFINITY
                : number(entry.trim().keep(), Double.POSITIVE_INFINITY);
    }

    /** Formats the value of a number, a choice or a colour for ffmpeg's filter graph. */
    public String written(Parameter parameter) {
        return parameter.written(values.get(parameter.name()));
    }

    /**
     * Reads a number of the entry, which may be a parameter in braces.
     *
     * @param text a number, or a parameter's name in braces; null when the entry has neither
     * @param missing the result for null
     */
    public double number(String text, double missing) {
        if (text == null) {
            return missing;
        }
        return text.startsWith("{")
                ? ((BigDecimal) values.get(text.substring(1, text.length() - 1))).doubleValue()
                : Double.parseDouble(text);
    }

    private <T> T chosen(Chosen<T> part) {
        return part == null ? null : part.of(values);
    }
}
