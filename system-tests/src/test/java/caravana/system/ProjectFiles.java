package caravana.system;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The project's files, without those that builds, tools and running systems make. */
final class ProjectFiles {

    static final Path PROJECT = Path.of("..");

    private static final Set<String> MADE = Set.of("target", ".git", ".caravana", ".programs", "node_modules", ".idea");

    private ProjectFiles() {}

    /** Texts by their paths from the project's folder; a file that is not text, such as a picture, has an empty one. */
    static Map<String, String> read() throws IOException {
        Map<String, String> texts = new TreeMap<>();
        Files.walkFileTree(PROJECT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return MADE.contains(folder.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                texts.put(PROJECT.relativize(file).toString(), text(file));
                return FileVisitResult.CONTINUE;
            }
        });
        return texts;
    }

    private static String text(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (MalformedInputException picture) {
            return "";
        }
    }
}
