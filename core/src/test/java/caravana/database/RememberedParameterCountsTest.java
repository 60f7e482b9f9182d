package caravana.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.sql.Connection;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RememberedParameterCountsTest {

    private final DataSource database = mock(DataSource.class);
    private final Connection driver = mock(Connection.class);
    private final PreparedStatement statement = mock(PreparedStatement.class);
    private final ParameterMetaData parameters = mock(ParameterMetaData.class);
    private final RememberedParameterCounts strategy = new RememberedParameterCounts();

    @BeforeEach
    void connect() throws SQLException {
        when(database.getConnection()).thenReturn(driver);
        when(driver.prepareStatement(anyString())).thenReturn(statement);
        when(statement.getParameterMetaData()).thenReturn(parameters);
    }

    @Test
    void theDriverIsAskedOnceForEachText() throws Exception {
        when(parameters.getParameterCount()).thenReturn(2, 1);

        assertThat(count("SELECT ?, ?")).isEqualTo(2);
        assertThat(count("SELECT ?, ?")).isEqualTo(2);
        assertThat(count("SELECT ?")).isEqualTo(1);
        verify(statement, times(2)).getParameterMetaData();
    }

    @Test
    void allElseIsTheDriversOwn() throws Exception {
        when(statement.execute()).thenThrow(new SQLException("gone", "57P01"));

        assertThatThrownBy(() -> strategy.getConnection(database)
                        .prepareStatement("SELECT 1")
                        .execute())
                .isInstanceOf(SQLException.class)
                .hasMessage("gone");
        strategy.getConnection(database).close();
        verify(driver).close();
    }

    private int count(String text) throws SQLException {
        return strategy.getConnection(database)
                .prepareStatement(text)
                .getParameterMetaData()
                .getParameterCount();
    }
}
