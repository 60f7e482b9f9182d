package caravana.bench.plain;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * Stores files with only the AWS SDK, in the same parts as web: of 5 MiB, one after the other. It answers each line
 * {@code key file} when the file is stored.
 */
public final class PlainUploads {

    private static final int PART_BYTES = 5 * 1024 * 1024;

    private PlainUploads() {}

    public static void main(String[] args) throws IOException {
        try (S3Client s3 = Stores.client();
                BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println("ready");
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] order = line.split(" ", 2);
                store(s3, Stores.bucket(), order[0], Path.of(order[1]));
                System.out.println("stored");
            }
        }
    }

    private static void store(S3Client s3, String bucket, String key, Path file) throws IOException {
        String upload = s3.createMultipartUpload(c -> c.bucket(bucket).key(key).contentType("application/octet-stream"))
                .uploadId();
        List<CompletedPart> parts = new ArrayList<>();
        byte[] part = new byte[PART_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.readNBytes(part, 0, PART_BYTES);
                    count > 0;
                    count = in.readNBytes(part, 0, PART_BYTES)) {
                int length = count;
                int number = parts.size() + 1;
                String tag = s3.uploadPart(
                                u -> u.bucket(bucket).key(key).uploadId(upload).partNumber(number),
                                RequestBody.fromContentProvider(
                                        () -> new ByteArrayInputStream(part, 0, length),
                                        length,
                                        "application/octet-stream"))
                        .eTag();
                parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
            }
        }
        s3.completeMultipartUpload(
                c -> c.bucket(bucket).key(key).uploadId(upload).multipartUpload(m -> m.parts(parts)));
    }
}
