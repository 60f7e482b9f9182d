package caravana.transformation;

import java.util.List;

/**
 * One entry of the transformation catalogue; {@code transformations.yaml} explains each part.
 *
 * @param name what a job asks for
 * @param description one sentence for people
 * @param order place in the filter chain, lower first
 * @param inDefaultSet whether an upload that names no transformation gets it
 * @param needs names of transformations without which this one is impossible
 * @param keepSeconds length after which the footage is cut, in seconds; null when it does not cut
 * @param addsSeconds the setting whose seconds are added to the footage; null when none are
 * @param filter a fragment of an ffmpeg filter graph; null when it needs none
 * @param inputs files that the worker provides, by name
 * @param output ffmpeg output options, one argument an item
 * @param secondOutput one more file beside the video; null for none
 */
public record Transformation(
        String name,
        String description,
        int order,
        boolean inDefaultSet,
        List<String> needs,
        Integer keepSeconds,
        String addsSeconds,
        String filter,
        List<String> inputs,
        List<String> output,
        SecondOutput secondOutput) {

    /**
     * A file that is made in the same run as the video.
     *
     * @param file its name
     * @param stream the stream of the filter graph that it is made of
     * @param options ffmpeg output options, one argument an item
     */
    public record SecondOutput(String file, String stream, List<String> options) {}

    /** Whether its filter is a graph of its own, rather than a link of the chain. */
    public boolean isGraph() {
        return filter != null && filter.contains("{in}");
    }
}
