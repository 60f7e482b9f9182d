package caravana.media;

import java.util.Map;

/**
 * The reason why an original is refused.
 *
 * @param code stable code for programs
 * @param sentence for people: what is wrong, which limit applies, and what to do
 * @param values the measured values of the original by name, for programs that write their own sentence
 */
public record Refusal(String code, String sentence, Map<String, Object> values) {}
