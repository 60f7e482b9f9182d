package caravana.system.ops;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One page of {@code ops/runbooks}.
 *
 * @param name its file's name, without {@code .md}
 * @param headings its sections, in order
 * @param blocks its commands, in order
 */
record Runbook(String name, List<String> headings, List<Block> blocks) {

    static final Path FOLDER = Shell.ROOT.resolve("ops/runbooks");

    /** Of a page of ours; a block for AWS says so behind the language, where readers of the rendered page do not see it. */
    private static final String FENCE = "```";

    /**
     * Commands that belong together.
     *
     * @param aws whether they act on an AWS account
     */
    record Block(String section, boolean aws, String commands) {}

    static Runbook read(String name) {
        Path file = FOLDER.resolve(name + ".md");
        List<String> headings = new ArrayList<>();
        List<Block> blocks = new ArrayList<>();
        StringBuilder commands = null;
        boolean aws = false;
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.equals(FENCE) && commands != null) {
                    blocks.add(new Block(headings.get(headings.size() - 1), aws, commands.toString()));
                    commands = null;
                } else if (commands != null) {
                    commands.append(line).append('\n');
                } else if (line.startsWith(FENCE + "bash")) {
                    commands = new StringBuilder();
                    aws = line.equals(FENCE + "bash aws");
                } else if (line.startsWith("## ")) {
                    headings.add(line.substring(3));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Runbook(name, headings, blocks);
    }

    /** The names of all pages. */
    static List<String> names() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(f -> f.endsWith(".md") && !f.equals("README.md"))
                    .map(f -> f.substring(0, f.length() - ".md".length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
