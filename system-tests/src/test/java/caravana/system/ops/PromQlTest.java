package caravana.system.ops;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PromQlTest {

    @Test
    void metricsAreToldFromFunctionsKeywordsAndLabels() {
        PromQl query = PromQl.of("""
            sum by (le, phase) (rate(some_seconds_bucket{state=~"a|b", kind!="by (x)"}[5m])) > 0.1
            unless max(other) and 60 * third_total == 1
            * on (instance) group_left (version) fourth
            """);

        assertThat(query.metrics()).containsExactly("fourth", "other", "some_seconds_bucket", "third_total");
        assertThat(query.labels()).containsExactly("instance", "kind", "le", "phase", "state", "version");
    }
}
