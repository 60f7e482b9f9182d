package caravana.worker.media;

import java.io.File;

/**
 * A file of a result that becomes an object.
 *
 * @param name what its key ends with
 * @param mediaType its media type
 * @param file where it is
 */
public record StoredFile(String name, String mediaType, File file) {}
