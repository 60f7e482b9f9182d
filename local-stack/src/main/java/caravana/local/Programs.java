package caravana.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Folders with built programs that the user of servers and apps can read, copied from those of the build if necessary.
 */
final class Programs {

    private static final String ORIGINAL = "copy-of";
    private static final String VERSION = "made-from";

    /** More than the directory of a jar with 5,000 entries has. */
    private static final int DIRECTORY_BYTES = 1024 * 1024;

    private Programs() {}

    /** Where to put what is made from a build folder: there, unless the user cannot read it. */
    static Path place(Path buildFolder) {
        if (LocalUser.current().canRead(buildFolder)) {
            return buildFolder;
        }
        try {
            String name = LocalUser.nameOf(buildFolder);
            Path copies = LocalUser.folder("programs");
            if (!Files.exists(copies.resolve(name).resolve(ORIGINAL))) {
                deleteForgotten(copies);
                Files.writeString(LocalUser.folder("programs/" + name).resolve(ORIGINAL), buildFolder.toString());
            }
            return copies.resolve(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes the copies of build folders that exist no more. */
    private static void deleteForgotten(Path copies) throws IOException {
        try (Stream<Path> all = Files.list(copies)) {
            for (Path copy : all.toList()) {
                Path original = copy.resolve(ORIGINAL);
                if (Files.exists(original) && Files.notExists(Path.of(Files.readString(original)))) {
                    delete(copy);
                }
            }
        }
    }

    /**
     * A file's version. Builds give all jars the same time, and one of the same size may have other classes: the directory at a
     * jar's end has the checksums of them all.
     */
    static String version(Path file) {
        try (FileChannel content = FileChannel.open(file)) {
            long size = content.size();
            ByteBuffer end = ByteBuffer.allocate((int) Math.min(size, DIRECTORY_BYTES));
            content.position(size - end.capacity());
            Channels.newInputStream(content).readNBytes(end.array(), 0, end.capacity());
            CRC32 checksum = new CRC32();
            checksum.update(end);
            return file + " " + Files.getLastModifiedTime(file) + " " + size + " " + checksum.getValue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A folder made from something in that version; made again when it was made from another.
     *
     * @param maker fills the empty folder that it is given
     * @return the folder, readable for every user that can enter the folders above it
     */
    static Path make(Path folder, String version, Consumer<Path> maker) {
        Path stamp = folder.resolve(VERSION);
        // Tests of several JVMs may come here at once.
        try (FileChannel channel = FileChannel.open(
                        folder.resolveSibling(folder.getFileName() + ".lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (lock.isValid() && Files.exists(stamp) && Files.readString(stamp).equals(version)) {
                return folder;
            }
            Path fresh = folder.resolveSibling(folder.getFileName() + ".new");
            delete(fresh);
            Files.createDirectories(fresh);
            maker.accept(fresh);
            Files.writeString(fresh.resolve(VERSION), version);
            Command.run("open " + fresh, List.of("chmod", "-R", "go+rX", fresh.toString()));
            delete(folder);
            Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        Command.run("delete " + folder, List.of("rm", "-rf", folder.toString()));
    }
}
