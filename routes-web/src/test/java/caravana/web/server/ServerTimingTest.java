package caravana.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ServerTimingTest {

    private final AtomicLong millis = new AtomicLong();
    private final ServerTiming time = new ServerTiming(() -> TimeUnit.MILLISECONDS.toNanos(millis.get()));

    @Test
    void aRequestCountsFromItsArrival() {
        millis.set(30);
        assertThat(time.soFar()).isEqualTo("app;dur=30.0");
    }

    @Test
    void aBodyCountsFromItsLastByteAndNotFromTheReadThatFindsItsEnd() throws Exception {
        InputStream body = time.from(new ByteArrayInputStream(new byte[3]));
        millis.set(10);
        assertThat(body.read(new byte[2])).isEqualTo(2);
        millis.set(20);
        assertThat(body.read()).isZero();
        millis.set(50);
        assertThat(body.read()).isEqualTo(-1);
        assertThat(body.read(new byte[2])).isEqualTo(-1);
        millis.set(70);
        assertThat(time.soFar()).isEqualTo("app;dur=50.0");
    }
}
