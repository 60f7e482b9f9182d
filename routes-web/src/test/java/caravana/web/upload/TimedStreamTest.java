package caravana.web.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.web.http.Problem;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class TimedStreamTest {

    private static final UploadProperties LIMITS = new UploadProperties(
            16, null, Duration.ofHours(2), DataSize.ofKilobytes(8), Duration.ofDays(1), Duration.ofDays(7), 0);

    private final AtomicLong now = new AtomicLong();
    private final AtomicLong untilNextByte = new AtomicLong();
    private final TimedStream stream = new TimedStream(new SlowClient(), LIMITS, now::get);

    private final class SlowClient extends ByteArrayInputStream {

        SlowClient() {
            super(new byte[10_000_000]);
        }

        @Override
        public synchronized int read() {
            now.addAndGet(untilNextByte.getAndSet(0));
            return super.read();
        }

        @Override
        public synchronized int read(byte[] buffer, int offset, int length) {
            now.addAndGet(untilNextByte.getAndSet(0));
            return super.read(buffer, offset, length);
        }
    }

    @Test
    void aSlowClientIsCutOffAfterHalfAMinute() throws Exception {
        stream.readNBytes(1000);
        sendNothingFor(29);
        stream.readNBytes(1000);
        sendNothingFor(1);

        assertThatThrownBy(() -> stream.readNBytes(1000)).isInstanceOfSatisfying(Problem.class, p -> {
            assertThat(p.getStatus()).isEqualTo(408);
            assertThat(p.getCode()).isEqualTo("too_slow");
        });
    }

    @Test
    void aClientThatKeepsItsPaceMayTakeItsTime() throws Exception {
        for (int minute = 0; minute < 10; minute++) {
            stream.readNBytes(600_000);
            sendNothingFor(60);
        }
    }

    @Test
    void aSlowStoreIsNotTheClientsFault() throws Exception {
        for (int minute = 0; minute < 10; minute++) {
            stream.readNBytes(1000);
            pass(60);
        }
    }

    @Test
    void nobodyMayTakeLongerThanAnUploadMayLast() throws Exception {
        stream.readNBytes(9_000_000);
        pass(7201);

        assertThatThrownBy(stream::read).isInstanceOf(Problem.class);
    }

    private void sendNothingFor(long seconds) {
        untilNextByte.set(TimeUnit.SECONDS.toNanos(seconds));
    }

    private void pass(long seconds) {
        now.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }
}
