package caravana.web.upload;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.aws.WriteOnceClient;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** The sum of pieces is the sum of the whole. */
class Crc32cTest {

    @Test
    void piecesOfAnyLengthSumUpToTheWhole() {
        Random random = new Random(23);
        for (int round = 0; round < 50; round++) {
            byte[] whole = new byte[random.nextInt(200_000)];
            random.nextBytes(whole);
            Crc32c pieces = new Crc32c();
            for (int from = 0; from < whole.length; ) {
                int length = Math.min(whole.length - from, 1 + random.nextInt(round % 2 == 0 ? 70_000 : 3_000));
                pieces.append(WriteOnceClient.text(sum(whole, from, length)), length);
                from += length;
            }

            assertThat(pieces.text()).isEqualTo(WriteOnceClient.text(sum(whole, 0, whole.length)));
        }
    }

    private static CRC32C sum(byte[] bytes, int from, int length) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, from, length);
        return sum;
    }
}
