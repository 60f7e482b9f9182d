package caravana.media;

/**
 * Why an original is refused.
 *
 * @param code stable code for programs
 * @param sentence what is wrong with which limit, and what to do, for people
 */
public record Refusal(String code, String sentence) {}
