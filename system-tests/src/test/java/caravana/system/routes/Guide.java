package caravana.system.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tasks of docs/editing-routes.md, as they stand there. */
final class Guide {

    private static final Path GUIDE = Path.of("../docs/editing-routes.md");

    private Guide() {}

    /** The headings of the tasks, in their order. */
    static List<String> tasks() throws IOException {
        return Pattern.compile("(?m)^### (.+)$")
                .matcher(between(Files.readString(GUIDE), "\n## Six tasks\n", "\n## "))
                .results()
                .map(heading -> heading.group(1))
                .toList();
    }

    /** What is under a heading, up to the next. */
    static String section(String heading) throws IOException {
        return between(Files.readString(GUIDE), "\n### " + heading + "\n", "\n##");
    }

    private static String between(String text, String begin, String end) {
        int start = text.indexOf(begin);
        assertThat(start).as("the section %s", begin.strip()).isNotNegative();
        int next = text.indexOf(end, start + begin.length() - 1);
        return text.substring(start, next < 0 ? text.length() : next);
    }

    /** The transformation that the guide adds to the catalogue. */
    static String sepia() throws IOException {
        Matcher entry = Pattern.compile("\n```yaml\n(nombre: sepia\n.*?)```\n", Pattern.DOTALL)
                .matcher(Files.readString(GUIDE));
        assertThat(entry.find()).as("the entry sepia").isTrue();
        return entry.group(1);
    }

    /** Applies the first difference under a heading, as a reader of the guide does, by {@code git apply}. */
    static void apply(String heading, RouteCopy routes) throws IOException, InterruptedException {
        Matcher change =
                Pattern.compile("\n```diff\n(.*?)\n```\n", Pattern.DOTALL).matcher(section(heading));
        assertThat(change.find()).as("a change under " + heading).isTrue();
        ProcessBuilder builder = new ProcessBuilder("git", "apply", "-")
                .directory(routes.folder().toFile())
                .redirectErrorStream(true);
        // Wherever the copy lies, it is no part of a repository around it.
        builder.environment()
                .put("GIT_CEILING_DIRECTORIES", routes.folder().getParent().toString());
        Process git = builder.start();
        try (var in = git.getOutputStream()) {
            in.write((change.group(1) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(git.waitFor()).as(said).isZero();
    }
}
