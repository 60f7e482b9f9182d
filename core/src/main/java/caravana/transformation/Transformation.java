package caravana.transformation;

import java.util.List;

/**
 * One entry of the transformation catalogue.
 *
 * @param name what a job asks for
 * @param description one sentence for people
 * @param order place in the filter chain, lower first
 * @param keepSeconds length after which the result is cut, in seconds; null when it does not cut
 * @param filter a fragment of an ffmpeg video filter chain; null when it needs none
 * @param output ffmpeg output options, one argument an item
 * @param inDefaultSet whether an upload that names no transformation gets it
 */
public record Transformation(
        String name,
        String description,
        int order,
        Integer keepSeconds,
        String filter,
        List<String> output,
        boolean inDefaultSet) {}
