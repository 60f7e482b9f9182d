package caravana.system.infra;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads Terraform files as far as our checks need it: blocks with their labels and attributes, the latter as the text that
 * stands there. A parser that evaluates them, such as hcl4j, would hide what is written.
 */
final class Hcl {

    /** A comment, or a string, in which its mark means nothing. */
    private static final Pattern COMMENT_OR_TEXT = Pattern.compile("\"(?:\\\\.|[^\"\\\\])*\"|#[^\n]*");

    private static final Pattern ATTRIBUTE = Pattern.compile("\\G\\s*([\\w-]+)\\s*=(?!=)[ \t]*");
    private static final Pattern BLOCK = Pattern.compile("\\G\\s*([\\w-]+)((?:\\s+\"[^\"]*\")*)\\s*\\{");
    private static final Pattern LABEL = Pattern.compile("\"([^\"]*)\"");

    private final String text;
    private int at;

    private Hcl(String text) {
        this.text = text;
    }

    /**
     * A block, or a whole file.
     *
     * @param type {@code resource}, {@code variable} and so on; the file's path for a file
     * @param attributes each with its expression as written
     */
    record Block(String type, List<String> labels, Map<String, String> attributes, List<Block> blocks) {

        /** The blocks of this type directly in this one. */
        List<Block> all(String wanted) {
            return blocks.stream().filter(b -> b.type.equals(wanted)).toList();
        }

        /** The blocks of this type whose first label is this one. */
        List<Block> all(String wanted, String label) {
            return all(wanted).stream()
                    .filter(b -> b.labels.get(0).equals(label))
                    .toList();
        }

        /** The attribute as written, without quotation marks around it; empty when there is none. */
        String get(String attribute) {
            String value = attributes.getOrDefault(attribute, "");
            return value.matches("\"[^\"]*\"") ? value.substring(1, value.length() - 1) : value;
        }

        /** Every expression in it, however deep. */
        Stream<String> expressions() {
            return Stream.concat(attributes.values().stream(), blocks.stream().flatMap(Block::expressions));
        }

        /** {@code type.label.label}, for messages. */
        String name() {
            return String.join(
                    ".", Stream.concat(Stream.of(type), labels.stream()).toList());
        }
    }

    /** The files of a folder, without those below it, as one. */
    static Block module(Path folder) {
        List<Block> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(folder)) {
            all.filter(p -> p.toString().endsWith(".tf")).sorted().forEach(p -> files.add(file(p)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Block> blocks = files.stream().flatMap(f -> f.blocks.stream()).toList();
        return new Block(folder.toString(), List.of(), Map.of(), blocks);
    }

    /** @throws IllegalArgumentException when it is not understood, with the place */
    static Block file(Path file) {
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Block parse(String name, String source) {
        String bare = COMMENT_OR_TEXT
                .matcher(source)
                .replaceAll(m -> m.group().startsWith("\"") ? Matcher.quoteReplacement(m.group()) : "");
        Hcl reader = new Hcl(bare);
        try {
            return reader.body(name, List.of());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage());
        }
    }

    private Block body(String type, List<String> labels) {
        Map<String, String> attributes = new LinkedHashMap<>();
        List<Block> blocks = new ArrayList<>();
        while (true) {
            Matcher attribute = ATTRIBUTE.matcher(text);
            Matcher block = BLOCK.matcher(text);
            if (attribute.find(at)) {
                at = attribute.end();
                attributes.put(attribute.group(1), expression());
            } else if (block.find(at)) {
                at = block.end();
                List<String> names = LABEL.matcher(block.group(2))
                        .results()
                        .map(m -> m.group(1))
                        .toList();
                blocks.add(body(block.group(1), names));
            } else {
                skipSpace();
                if (at < text.length() && text.charAt(at) == '}') {
                    at++;
                } else if (at < text.length()) {
                    throw new IllegalArgumentException(
                            "not understood: " + text.substring(at, Math.min(at + 40, text.length())));
                }
                return new Block(type, labels, attributes, blocks);
            }
        }
    }

    /** Up to the end of the line on which all brackets are closed. */
    private String expression() {
        int begin = at;
        int depth = 0;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                skipString();
            } else if ("([{".indexOf(c) >= 0) {
                depth++;
            } else if (")]}".indexOf(c) >= 0) {
                if (depth == 0) {
                    break;
                }
                depth--;
            } else if (c == '\n' && depth == 0) {
                break;
            }
        }
        return text.substring(begin, at).strip();
    }

    /** Strings may hold expressions, which may hold strings. */
    private void skipString() {
        int depth = 0;
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\\') {
                at++;
            } else if (text.startsWith("${", at)) {
                depth++;
                at++;
            } else if (c == '}' && depth > 0) {
                depth--;
            } else if (c == '"' && depth > 0) {
                skipString();
            } else if (c == '"') {
                return;
            }
        }
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }
}
