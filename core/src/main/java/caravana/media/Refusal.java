package caravana.media;

import java.util.Map;

/**
 * The reason why an original is refused.
 *
 * @param code stable code for programs
 * @param sentence what is wrong with which limit, and what to do, for people
 * @param values what was found of the original, by name, for programs that write a sentence of their own
 */
public record Refusal(String code, String sentence, Map<String, Object> values) {}
