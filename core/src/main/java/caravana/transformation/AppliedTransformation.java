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
 * @param values of its parameters, all but those that others are given instead of: BigDecimal, Boolean or String
 */
public record AppliedTransformation(TransformationEntry entry, Map<String, Object> values) {

    public String name() {
        return entry.name();
    }

    /** The fragment of the picture's graph; null when it needs none. */
    public String filter() {
        return chosen(entry.filter());
    }

    /** The links of the sound's chain; null when it needs none. */
    public String audioFilter() {
        return chosen(entry.audioFilter());
    }

    /** The LUFS to which it brings the sound; null when it leaves the loudness as it is. */
    public Double loudness() {
        String loudness = chosen(entry.loudness());
        return loudness == null ? null : number(loudness, 0);
    }

    /** How many megabytes the video's file has at most; null for any number. */
    public Double size() {
        String size = chosen(entry.size());
        return size == null ? null : number(size, 0);
    }

    /** Output options of the video, one argument an item. */
    public List<String> output() {
        List<String> output = chosen(entry.output());
        return output == null ? List.of() : output;
    }

    /** The ids of the assets that it uses, by parameter. */
    public Map<Parameter, String> assets() {
        Map<Parameter, String> assets = new LinkedHashMap<>();
        for (Parameter parameter : entry.parameters().values()) {
            if (parameter.type() == Type.ASSET) {
                assets.put(parameter, (String) values.get(parameter.name()));
            }
        }
        return assets;
    }

    /** The id of the text asset that becomes a track of the video; null for none. */
    public String subtitles() {
        return valueOf(chosen(entry.subtitles()));
    }

    /** The text that a parameter in braces has as its value; null for null. */
    public String valueOf(String inBraces) {
        return inBraces == null ? null : (String) values.get(inBraces.substring(1, inBraces.length() - 1));
    }

    /** The files that it makes beside the video. */
    public List<Produced> produces() {
        List<Produced> produced = chosen(entry.produces());
        return produced == null ? List.of() : produced;
    }

    /** What it sets under that key of {@link TransformationEntry#SETS}; null for nothing. */
    public String set(String key) {
        return chosen(entry.sets().get(key));
    }

    /** Where the footage begins, in seconds. */
    public double start() {
        return entry.trim() == null ? 0 : number(entry.trim().start(), 0);
    }

    /** Where the footage ends, in seconds; infinite for its own end. */
    public double end() {
        return entry.trim() == null
                ? Double.POSITIVE_INFINITY
                : number(entry.trim().end(), Double.POSITIVE_INFINITY);
    }

    /** How long the footage is at most, in seconds; infinite for no limit. */
    public double keep() {
        return entry.trim() == null
                ? Double.POSITIVE_INFINITY
                : number(entry.trim().keep(), Double.POSITIVE_INFINITY);
    }

    /** What stands in a fragment for the value of a number, a choice or a colour. */
    public String written(Parameter parameter) {
        return parameter.written(values.get(parameter.name()));
    }

    /** A number of the entry, which may be a parameter in braces; the other one when there is none. */
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
